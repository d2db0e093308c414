/** Each worker of the integration tests has its own stack; test-stacks.sh has started them and describes each. */
const mine = process.env.STACKS?.split(' ')[Number(process.env.VITEST_POOL_ID) - 1];
if (mine) {
  const [STACK, PORT, CONTROL_PORT] = mine.split(':');
  Object.assign(process.env, { STACK, PORT, CONTROL_PORT, IMAGE_TAG: STACK });
  process.env.BASE_URL = process.env.PUBLIC_URL = `http://localhost:${PORT}`;
  process.env.GATEWAY_URL = `http://127.0.0.1:${PORT}`;
  process.env.CONTROL_URL = `http://127.0.0.1:${CONTROL_PORT}`;
}
