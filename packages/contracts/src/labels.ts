type Key = 'role' | 'name' | 'launcher' | 'sandbox' | 'spec';

/** Containers, services, secrets and configs are labelled; a launcher touches only those with its own stack ID. */
export const label = (key: Key): string => `org.serverless-vote.${key}`;

/** For what a launcher creates: a container, or a service with its tasks. */
export const onDemandLabels = (stackId: string, name: string): Record<string, string> => ({
  [label('role')]: 'on-demand',
  [label('name')]: name,
  [label('launcher')]: stackId,
});

/** Filter: everything that a stack's launcher has created. */
export const onDemand = (stackId: string): string[] => [
  `${label('role')}=on-demand`,
  `${label('launcher')}=${stackId}`,
];

/** Filter: one of the two permanent containers. */
export const permanent = (stackId: string, name: 'launcher' | 'database'): string[] => [
  `${label('role')}=permanent`,
  `${label('name')}=${name}`,
  `${label('launcher')}=${stackId}`,
];
