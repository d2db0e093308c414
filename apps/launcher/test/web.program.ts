import http from 'node:http';

// biome-ignore lint/style/noProcessEnv: what the launcher tells it
const { LISTEN_ADDRESS, CONTROL_ADDRESS } = process.env;

const SLOW_MS = 300;

/** A page that invokes a function through its socket to the launcher, and shows the result; `/slow` begins to answer before that. */
http
  .createServer(({ url }, response) => {
    const path = '/2015-03-31/functions/fetch-results/invocations';
    const invoke = () =>
      http.request({ socketPath: CONTROL_ADDRESS, method: 'POST', path }, (answer) => answer.pipe(response)).end('{}');
    if (url !== '/slow') return invoke();
    response.write(' ');
    setTimeout(invoke, SLOW_MS);
  })
  .listen(LISTEN_ADDRESS);
