import { encode } from 'uqr';
import { spoken } from '../public-address.ts';

/** A QR code and the address to type, or a hint if only this machine can connect. */
export function RoomCode({ address }: { address: string | undefined }) {
  if (address === undefined) {
    return (
      <p
        className="no-phones w-44 rounded-xl border-2 border-line border-dashed p-4 text-muted text-sm lg:w-56 2xl:w-80 2xl:p-6 2xl:text-xl"
        data-testid="no-code"
      >
        Phones can’t connect: the server listens on this machine only. After{' '}
        <code className="text-ink">make run BIND=0.0.0.0</code> a QR code is here.
      </p>
    );
  }
  return (
    <figure className="w-44 lg:w-56 2xl:w-80" data-testid="code">
      <Code text={address} />
      <figcaption className="mt-2 text-center font-semibold text-base tracking-tight lg:text-xl 2xl:text-3xl">
        {spoken(address)}
      </figcaption>
    </figure>
  );
}

/** Dark on white in both colour schemes, because not every camera reads an inverted code. */
export function Code({ text }: { text: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : []))).join('');
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      className="w-full rounded-xl"
      role="img"
      aria-label={`QR code of ${text}`}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#17181b" />
    </svg>
  );
}
