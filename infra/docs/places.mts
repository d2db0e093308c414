/** Where the stack is that the labs are tried on. They speak of the one that a plain `make run` starts. */
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

/** A lab's commands, for the stack at `place`: its ports, its images' tag, its volumes. */
export function commandsAt(place: Place, commands: string): string {
  return (
    commands
      .replace(/\b(localhost|127\.0\.0\.1):8080\b/g, `$1:${place.port}`)
      .replace(/\b(localhost|127\.0\.0\.1):9000\b/g, `$1:${place.controlPort}`)
      .replace(/\b(localhost|127\.0\.0\.1):9090\b/g, `$1:${place.prometheusPort}`)
      // Where `make swarm` is, whose nodes are named after the stack. One lab has one of the two, so they may share their ports.
      .replace(/\b(localhost:|PORT=)8088\b/g, `$1${place.port}`)
      .replace(/\b127\.0\.0\.1:9088\b/g, `127.0.0.1:${place.controlPort}`)
      .replace(/\bserverless-vote-node-/g, `${place.stack}-node-`)
      .replace(/(?<![@\w/-])serverless-vote\/([a-z-]+)(?![\w:/-])/g, `serverless-vote/$1:${place.imageTag}`)
      .replace(/\blauncher=serverless-vote\b/g, `launcher=${place.stack}`)
      .replace(/\bserverless-vote_/g, `${place.stack}_`)
  );
}

/** What those commands printed, as it would be on the stack that the labs speak of. */
export function outputAsWritten(place: Place, output: string): string {
  return output
    .replaceAll(`:${place.port}`, `:${AS_WRITTEN.port}`)
    .replaceAll(`:${place.controlPort}`, `:${AS_WRITTEN.controlPort}`)
    .replaceAll(`:${place.prometheusPort}`, `:${AS_WRITTEN.prometheusPort}`)
    .replaceAll(`:${place.imageTag}`, '')
    .replaceAll(place.stack, AS_WRITTEN.stack);
}
