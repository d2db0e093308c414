like '{"slowly":true}' >"$answer" &
until npx fn logs likes --tail 1 2>/dev/null | grep -q counted && [ -n "$(ids likes)" ] && docker kill $(ids likes); do sleep 1; done
wait $!
