manager docker node update --availability drain node-3
