/** The stack on which the labs run. Their text describes the default stack, as `make run` starts it. */
export interface Place {
  stack: string;
  port: string;
  controlPort: string;
  prometheusPort: string;
  imageTag: string;
}

const AS_WRITTEN: Place = {
  stack: 'serverless-vote',
  port: '8080',
  controlPort: '9000',
  prometheusPort: '9090',
  imageTag: 'latest',
};

/** A lab's commands with the ports, image tag and volumes of the stack at `place`. */
export function commandsAt(place: Place, commands: string): string {
  // A change of files is the same on every stack.
  if (commands.startsWith('git apply')) return commands;
  return (
    commands
      .replace(/\b(localhost|127\.0\.0\.1):8080\b/g, `$1:${place.port}`)
      .replace(/\b(localhost|127\.0\.0\.1):9000\b/g, `$1:${place.controlPort}`)
      .replace(/\b(localhost|127\.0\.0\.1):9090\b/g, `$1:${place.prometheusPort}`)
      // `make swarm`, whose nodes are named after the stack. A lab uses either a stack or a Swarm, so both may have the same ports.
      .replace(/\b(localhost:|PORT=)8088\b/g, `$1${place.port}`)
      .replace(/\b127\.0\.0\.1:9088\b/g, `127.0.0.1:${place.controlPort}`)
      .replace(/\bserverless-vote-node-/g, `${place.stack}-node-`)
      .replace(/(?<![@\w/-])serverless-vote\/([a-z-]+)(?![\w:/-])/g, `serverless-vote/$1:${place.imageTag}`)
      .replace(/\b(launcher|classic)=serverless-vote\b/g, `$1=${place.stack}`)
      .replace(/\bserverless-vote_/g, `${place.stack}_`)
  );
}

/** The output of those commands, as it would be on the default stack. */
export function outputAsWritten(place: Place, output: string): string {
  return output
    .replaceAll(`:${place.port}`, `:${AS_WRITTEN.port}`)
    .replaceAll(`:${place.controlPort}`, `:${AS_WRITTEN.controlPort}`)
    .replaceAll(`:${place.prometheusPort}`, `:${AS_WRITTEN.prometheusPort}`)
    .replaceAll(`:${place.imageTag}`, '')
    .replaceAll(place.stack, AS_WRITTEN.stack);
}
