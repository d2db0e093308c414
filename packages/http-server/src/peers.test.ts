import { describe, expect, test } from 'vitest';
import { gatewaysIn, isRange, Peers } from './peers.ts';

describe('a connection', () => {
  const peers = new Peers(['172.20.0.1'], ['127.0.0.1/8', '172.20.0.3/16'], ['192.168.65.1', '10.9.0.0/16']);

  test.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
    'over loopback (%s) is from this machine',
    (address) => expect(peers.of(address)).toBe('this-machine'),
  );

  test.each(['172.20.0.1', '::ffff:172.20.0.1'])(
    'to a port published on loopback (from %s) is from this machine',
    (address) => expect(peers.of(address)).toBe('this-machine'),
  );

  test.each(['192.168.65.1', '10.9.200.7'])('from %s, which the operator names, is from this machine', (address) =>
    expect(peers.of(address)).toBe('this-machine'),
  );

  test.each(['172.20.0.9', '::ffff:172.20.0.9'])('of a container in the own network (%s) is known as such', (address) =>
    expect(peers.of(address)).toBe('own-network'),
  );

  test.each(['172.21.0.1', '192.168.1.20', '::ffff:192.168.1.20', 'fd00::1', '0.0.0.0', '', undefined, 'localhost'])(
    'that is routed here from elsewhere (%s) is a stranger’s',
    (address) => expect(peers.of(address)).toBe('stranger'),
  );
});

describe('the kernel’s table of routes', () => {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';

  test('says which gateway published ports lead through', () => {
    const routes = `${head}eth0\t00000000\t010014AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t000014AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n`;
    expect(gatewaysIn(routes)).toEqual(['172.20.0.1']);
  });

  test.each(['', head, `${head}eth0\t000014AC\t00000000\t0001\n`, 'nonsense'])('may have none', (routes) => {
    expect(gatewaysIn(routes)).toEqual([]);
  });
});

test.each(['10.0.0.1', '10.0.0.0/8', 'fd00::/8'])('%s is a range', (text) => expect(isRange(text)).toBe(true));
test.each(['', 'localhost', '10.0.0', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/'])('%j is no range', (text) =>
  expect(isRange(text)).toBe(false),
);
