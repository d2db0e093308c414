/** Names and addresses that mean the phone itself when a phone uses them. */
const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/;

/**
 * The address that people in the room type: the setting, or else the host name of this request.
 * Undefined if it works on this machine only.
 */
export function publicAddress(told: string, host: string | null): string | undefined {
  // A valid Host is a name and a port; anything else is not shown to a room.
  const asked = host !== null && /^[^/?#@\\]+$/.test(host) ? `http://${host}` : '';
  for (const candidate of [told, asked]) {
    if (!URL.canParse(candidate)) continue;
    const { hostname, protocol, href } = new URL(candidate);
    if (/^https?:$/.test(protocol) && !LOOPBACK.test(hostname)) return href;
  }
  return undefined;
}

/** An address to read aloud: without what browsers add by themselves. */
export const spoken = (address: string): string => address.replace(/^http:\/\//, '').replace(/\/$/, '');
