import type { ReactNode } from 'react';
import type { Part } from '../parts.ts';
import type { Scene } from './scene.ts';

/** What the catalog has besides the pages' own parts: services, and functions that call others. On a wide screen one line, however many there are. */
export function Aside({ parts, scene }: { parts: readonly Part[]; scene: Scene }) {
  const services = parts.filter(({ aside }) => aside === 'service');
  const calls = parts.flatMap(({ name, calls = [] }) => calls.map((callee) => [name, callee] as const));
  if (services.length + calls.length === 0) return null;
  return (
    <div className="flex min-w-0 flex-col gap-x-8 gap-y-1 lg:flex-row">
      <Line title="Services by name: " id="services">
        {services.map(({ name }) => (
          <span key={name} data-service={name} data-living={scene.living(name)}>
            <Name>{name}</Name> <Count>{scene.living(name)}</Count>
          </span>
        ))}
      </Line>
      <Line title="Calls between functions: " id="calls">
        {calls.map(([caller, callee]) => (
          <span key={`${caller} ${callee}`} className="call" data-flows={scene.isCalling(caller, callee) || undefined}>
            <Name>{caller}</Name> → <Name>{callee}</Name> <Count>{scene.calls(caller, callee)}</Count>
          </span>
        ))}
      </Line>
    </div>
  );
}

function Line({ title, id, children }: { title: string; id: string; children: ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <p className="line-clamp-2 text-muted text-sm sm:text-base lg:line-clamp-1" data-testid={id}>
      {title}
      {children.map((each, index) => (index === 0 ? each : [', ', each]))}
    </p>
  );
}

const Name = ({ children }: { children: string }) => <span className="font-semibold text-on-demand">{children}</span>;
const Count = ({ children }: { children: number }) => <span className="tabular-nums">{children}</span>;
