make reset YES=1
jar=$(mktemp)
for choice in cats dogs; do vote $choice --cookie "$jar" --cookie-jar "$jar"; done
rm "$jar"
