import type { Part } from '../parts.ts';
import type { Scene } from './scene.ts';

/** The catalog's services besides web, in one line, however many there are. */
export function OtherServices({ services, scene }: { services: readonly Part[]; scene: Scene }) {
  if (services.length === 0) return null;
  return (
    <p className="truncate text-muted text-sm sm:text-base" data-testid="services">
      {'Services by name: '}
      {services.map(({ name }, index) => (
        <span key={name} data-service={name} data-living={scene.living(name)}>
          {index > 0 && ', '}
          <span className="font-semibold text-on-demand">{name}</span>{' '}
          <span className="tabular-nums">{scene.living(name)}</span>
        </span>
      ))}
    </p>
  );
}
