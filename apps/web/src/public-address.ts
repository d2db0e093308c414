/** Names and addresses that lead a phone to itself instead of here. */
const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/;

/**
 * What people in the room type to come here: what the launcher was told, else the name by which this request came.
 * Undefined when only this machine can come that way.
 */
export function publicAddress(told: string, host: string | null): string | undefined {
  // A Host is a name and a port; what else its sender put there is not shown to a room.
  const asked = host !== null && /^[^/?#@\\]+$/.test(host) ? `http://${host}` : '';
  for (const candidate of [told, asked]) {
    if (!URL.canParse(candidate)) continue;
    const { hostname, protocol, href } = new URL(candidate);
    if (/^https?:$/.test(protocol) && !LOOPBACK.test(hostname)) return href;
  }
  return undefined;
}

/** An address as one says it: without what browsers add by themselves. */
export const spoken = (address: string): string => address.replace(/^http:\/\//, '').replace(/\/$/, '');
