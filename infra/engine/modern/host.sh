# What the test machine needs from this one: a route out of its network namespace, and nothing else. Sourced after say.sh.
#
# Two clones can test at the same time: all names are derived from the clone's path.

number=$(cksum <<<"$ROOT" | cut -d' ' -f1)
NETWORK=sv-modern-$number            # the network namespace, and the mark on our rules
LINK=svm$((number % 1000000000))     # this machine's end of the link; at most 15 characters
SUBNET=10.197.$((number % 250))      # this machine is .1, the test machine .2
CGROUP=/$NETWORK

connect() {
  ! ip route show "$SUBNET.0/30" | grep -q . || fail "The test machine can't be connected." "Its addresses, $SUBNET.0/30, are in use." 'ip route shows who.'
  ip netns add "$NETWORK"
  ip link add "$LINK" type veth peer name eth0 netns "$NETWORK"
  ip address add "$SUBNET.1/30" dev "$LINK"
  ip link set "$LINK" up
  ip -n "$NETWORK" address add "$SUBNET.2/30" dev eth0
  ip -n "$NETWORK" link set eth0 up
  ip -n "$NETWORK" link set lo up
  ip -n "$NETWORK" route add default via "$SUBNET.1"
  # An engine enables forwarding; without one, it is needed only as long as the link exists.
  cat /proc/sys/net/ipv4/ip_forward >"$WORK/ip_forward"
  echo 1 >/proc/sys/net/ipv4/ip_forward
  iptables -t nat -I POSTROUTING -s "$SUBNET.2/32" -m comment --comment "$NETWORK" -j MASQUERADE
  iptables -I FORWARD -i "$LINK" -m comment --comment "$NETWORK" -j ACCEPT
  iptables -I FORWARD -o "$LINK" -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment "$NETWORK" -j ACCEPT
}

# Also removes what an interrupted run has left.
disconnect() {
  local table rule
  for table in nat filter; do
    while read -r rule; do
      # shellcheck disable=SC2086
      iptables -t $table ${rule/#-A/-D}
    done < <(iptables -t $table -S 2>/dev/null | grep -- "--comment $NETWORK ")
  done
  ip link delete "$LINK" 2>/dev/null || true
  ip netns delete "$NETWORK" 2>/dev/null || true
  if [ "$(cat "$WORK/ip_forward" 2>/dev/null)" = 0 ] && ! docker version >/dev/null 2>&1; then echo 0 >/proc/sys/net/ipv4/ip_forward; fi
  rm -f "$WORK/ip_forward"
  find /sys/fs/cgroup -depth -type d -path "*$CGROUP*" -exec rmdir {} + 2>/dev/null || true
}

# What changes with other containers: a published port has rules with its container's address.
A_CONTAINERS='-[ds] [0-9.]+/32|--to-destination'

# rules: the rules of iptables, and what it does without one, without counters; each with its table
rules() { iptables-save | sed -E 's/ \[[0-9]+:[0-9]+\]$//' | awk '/^\*/ { table = $1 } /^:.* ACCEPT$/ { next } /^[:-]/ { print table, $0 }' | grep -vE -- "$A_CONTAINERS"; }

# host_network: this machine's bridges, addresses and rules, one per line, without networks that an engine created (bridges named br-<id>)
host_network() {
  ip -o link show type bridge | sed -nE 's/^[0-9]+: ([^:]+):.*link\/ether ([0-9a-f:]+).*/bridge \1 \2/p' | grep -v '^bridge br-' || true
  ip -o -4 address show | awk '$2 !~ /^(br-|veth|svm)/ { print "address", $2, $4 }'
  rules | grep -vE 'br-[0-9a-f]{12}|sv-modern-' || true
}

# Networks that an engine created, and their rules.
host_bridges() { ip -o link show type bridge | sed -nE 's/^[0-9]+: (br-[0-9a-f]{12}):.*/\1/p'; }
rules_of() { rules | grep -E -- "$1( |\$)" || true; }

# remember_host <file>
remember_host() {
  local bridge
  host_network >"$1"
  for bridge in $(host_bridges); do rules_of "$bridge" >"$1.$bridge"; done
}

# compare_host <file>: prints its counts like our other tests. Networks that were removed by others meanwhile are not compared.
compare_host() {
  local now=$1.now bridge different=0
  host_network >"$now"
  diff "$1" "$now" >&2 || different=1
  for bridge in $(host_bridges); do
    [ -e "$1.$bridge" ] || continue
    rules_of "$bridge" | diff "$1.$bridge" - >&2 || different=1
  done
  [ $different -eq 0 ] || { echo "this machine's bridges or iptables rules are not the same as before" && echo '0 passed, 1 failed' && return 1; }
  note "this machine's bridges, docker0 and iptables rules are as they were"
  echo '1 passed, 0 failed'
}
