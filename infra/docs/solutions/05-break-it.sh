make reset YES=1
make seed N=500 &
docker kill $(ids database)
sleep 1
docker start $(ids database)
wait $!
