#!/bin/bash
# {"name": "Ada"} on standard input → {"greeting": "Hello, Ada, from Bash."} on standard output.
event=$(cat)
pattern='"name" *: *"([^"\]+)"'
if [[ ! $event =~ $pattern ]]; then
  echo 'name is missing. Send {"name": "Ada"}.' >&2
  exit 1
fi
echo "{\"greeting\": \"Hello, ${BASH_REMATCH[1]}, from Bash.\"}"
