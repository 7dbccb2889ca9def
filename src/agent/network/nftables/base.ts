/** The node's own table. Nothing outside of it is ever touched: Docker's DNS rules live in tables of their own. */
export const TABLE = 'ip wheelhouse';

/** The mark of packets that leave with this node's address, the same bit that kube-proxy uses. */
export const MASQUERADE_MARK = '0x4000';
export const MARK_FOR_MASQUERADE = `meta mark set meta mark or ${MASQUERADE_MARK}`;

/** Maps and sets of the base that pieces put elements into. */
export const maps = {
  /** Address, protocol, port of services to the chain that balances. */
  serviceAddresses: 'service-addresses',
  /** Protocol and port on any address of the node. */
  nodePorts: 'node-ports',
  /** As the first two, for services that have nobody to answer: `goto reject-packet` or `drop`. */
  deadAddresses: 'dead-addresses',
  deadNodePorts: 'dead-node-ports',
  /** Load-balancer addresses that only some sources may use, checked before translation. */
  firewalls: 'firewalls',
  /** Cluster addresses: what is not translated there, is refused. */
  clusterAddresses: 'cluster-addresses',
} as const;

/** Chains of the base that a piece fills. */
export const chains = {
  /** Masquerading of pods that leave the cluster. */
  podEgress: 'pod-egress',
  reject: 'reject-packet',
} as const;

const ADDRESS = 'ip daddr . meta l4proto . th dport';
const LOCAL_PORT = 'fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport';
const ADDRESS_TYPE = 'type ipv4_addr . inet_proto . inet_service : verdict;';
const PORT_TYPE = 'type inet_proto . inet_service : verdict;';

/** The table without any piece; whatever was in it is gone, in one transaction. */
export const BASE_SCRIPT = `add table ${TABLE}
delete table ${TABLE}
table ${TABLE} {
  map ${maps.serviceAddresses} { ${ADDRESS_TYPE} }
  map ${maps.nodePorts} { ${PORT_TYPE} }
  map ${maps.deadAddresses} { ${ADDRESS_TYPE} }
  map ${maps.deadNodePorts} { ${PORT_TYPE} }
  map ${maps.firewalls} { ${ADDRESS_TYPE} }
  set ${maps.clusterAddresses} { type ipv4_addr; }

  chain ${chains.podEgress} { }
  chain ${chains.reject} { reject; }

  chain services {
    ${ADDRESS} vmap @${maps.serviceAddresses}
    ${LOCAL_PORT} vmap @${maps.nodePorts}
  }
  chain nat-prerouting { type nat hook prerouting priority dstnat; policy accept; jump services; }
  chain nat-output { type nat hook output priority -100; policy accept; jump services; }
  chain nat-postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    jump ${chains.podEgress}
    meta mark and ${MASQUERADE_MARK} == 0 return
    meta mark set meta mark xor ${MASQUERADE_MARK}
    masquerade fully-random
  }

  chain firewall { type filter hook prerouting priority -110; policy accept; ct state new ${ADDRESS} vmap @${maps.firewalls}; }
  chain dead-services {
    ${ADDRESS} vmap @${maps.deadAddresses}
    ip daddr @${maps.clusterAddresses} goto ${chains.reject}
  }
  chain filter-input {
    type filter hook input priority filter; policy accept;
    ct state new ${LOCAL_PORT} vmap @${maps.deadNodePorts}
    ct state new jump dead-services
  }
  chain filter-forward { type filter hook forward priority filter; policy accept; ct state new jump dead-services; }
  chain filter-output { type filter hook output priority filter; policy accept; ct state new jump dead-services; }
}
`;
