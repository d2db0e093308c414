import { ConnectionMark } from './connection-mark.tsx';
import { ContainerTile } from './container-tile.tsx';
import { OnDemandPart, PermanentPart } from './part-box.tsx';
import type { Scene } from './scene.ts';
import type { Connection } from './use-scene.ts';

/** The architecture: red is permanent, green runs on demand. */
export function Picture({ scene, connection }: { scene: Scene; connection: Connection }) {
  const { moment } = scene;
  const functions = scene.parts.filter(({ name }) => name !== 'web');
  return (
    <div className="picture grid gap-3 compact:gap-y-2 sm:gap-4" data-stale={connection === 'lost' || undefined}>
      <p className="area-people flex items-center gap-3 text-muted text-sm compact:text-sm sm:text-base xl:flex-col xl:justify-center xl:text-center">
        <People />
        <span>
          <span className="block font-semibold text-ink sm:text-lg">You</span>
          and all who vote
        </span>
      </p>
      <Wire area="area-request" flows={scene.parts.some(({ name }) => scene.isFlowing(name))} />
      <PermanentPart name="Launcher" area="area-launcher">
        <p>The only one with a network. It starts a container when there is work, hands it the work, and removes it.</p>
        <ConnectionMark connection={connection} />
        <p data-testid="moment" className="mt-2 font-medium text-ink empty:hidden compact:mt-0">
          {moment &&
            `${moment.containerId} died with an event in flight (${moment.reason}). A fresh container got the event: nothing is lost.`}
        </p>
      </PermanentPart>
      {scene.parts.map((part, index) => (
        <div key={part.name} className={`contents area-row-${Math.min(index, 3)}`}>
          <Wire area="wire-in" flows={scene.isFlowing(part.name)} />
          <div className="part min-w-0">
            <OnDemandPart
              name={part.name}
              living={scene.living(part.name)}
              serving={part.name === 'web' ? undefined : scene.reusing.includes(part.name) ? 'reuse' : 'single-use'}
            >
              <ul
                className="grid grid-cols-3 gap-1.5 sm:grid-cols-6 sm:gap-2"
                aria-label={`Containers of ${part.name}`}
              >
                {scene.slots(part).map((view, slot) => (
                  <ContainerTile key={slot} view={view} />
                ))}
              </ul>
            </OnDemandPart>
          </div>
          {part.name !== 'web' && <Wire area="wire-out" flows={scene.isFlowing(part.name)} />}
        </div>
      ))}
      <PermanentPart name="Postgres" area={functions.length > 0 ? 'area-database' : ''}>
        <p>Keeps the votes, so that everything green may forget.</p>
      </PermanentPart>
    </div>
  );
}

/** Shows traffic from one part to the next. Only where parts are side by side. */
function Wire({ area, flows }: { area: string; flows: boolean }) {
  return <span className={`${area} wire`} data-flows={flows || undefined} aria-hidden="true" />;
}

function People() {
  return (
    <svg viewBox="0 0 48 32" className="h-8 w-12 shrink-0 fill-muted xl:h-10 xl:w-15" aria-hidden="true">
      <circle cx="14" cy="10" r="5" />
      <path d="M4 28a10 10 0 0 1 20 0z" />
      <circle cx="34" cy="10" r="5" />
      <path d="M24 28a10 10 0 0 1 20 0z" />
    </svg>
  );
}
