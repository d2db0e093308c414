sed -i.bak 's/"mayInvoke": \["winner"\]/"mayInvoke": ["winner", "fetch-results"]/' functions/catalog.json
rm functions/catalog.json.bak
make run
