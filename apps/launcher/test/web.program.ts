import http from 'node:http';

// biome-ignore lint/style/noProcessEnv: what the launcher tells it
const { LISTEN_ADDRESS, CONTROL_ADDRESS } = process.env;

/** A page that invokes a function through its socket to the launcher, and shows the result. */
http
  .createServer((_request, response) => {
    const path = '/2015-03-31/functions/fetch-results/invocations';
    http.request({ socketPath: CONTROL_ADDRESS, method: 'POST', path }, (answer) => answer.pipe(response)).end('{}');
  })
  .listen(LISTEN_ADDRESS);
