import { spoken } from '../public-address.ts';
import { Code } from '../results/room-code.tsx';

/** The QR code and the address for the join screen, or what to do before there is one. */
export function JoinCode({ address }: { address: string | undefined }) {
  if (address === undefined) {
    return (
      <p className="join-words self-center text-stage" data-testid="no-code">
        Phones can’t connect: the server listens on this machine only. After{' '}
        <code className="font-semibold">make run BIND=0.0.0.0</code> the room’s QR code is here.
      </p>
    );
  }
  return (
    <>
      <div className="join-code" data-testid="code">
        <Code text={address} />
      </div>
      <p className="join-words">
        <span className="block text-muted text-stage">Vote at</span>
        <strong className="join-address wrap-anywhere font-semibold tracking-tight">{spoken(address)}</strong>
      </p>
    </>
  );
}
