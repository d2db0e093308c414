# {"name": "Ada"} on standard input → {"greeting": "Hello, Ada, from Python."} on standard output.
import json
import sys

event = json.load(sys.stdin)
if not event.get("name"):
    sys.exit('name is missing. Send {"name": "Ada"}.')
json.dump({"greeting": f"Hello, {event['name']}, from Python."}, sys.stdout)
print()
