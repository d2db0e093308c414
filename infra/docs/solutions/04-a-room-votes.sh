sed -i.bak 's/"events": 10,/"events": 100,/' functions/catalog.json
rm functions/catalog.json.bak
make run
