// A handler as Lambda's own runtime for Node.js calls it.
export const handler = async (event, context) => {
  if (!event.name) throw new TypeError('name is missing. Send {"name": "Ada"}.');
  console.log(`${context.awsRequestId} has ${context.getRemainingTimeInMillis()} ms left.`);
  return { greeting: `Hello, ${event.name}, from ${context.functionName}.` };
};
