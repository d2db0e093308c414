/** A closed loop: each connection sends its next request after the answer to its last one, until `count` were sent. @returns all answers */
export async function sendAll<Answer>(
  count: number,
  connections: number,
  send: () => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let sent = 0;
  const connection = async () => {
    while (sent < count) {
      sent += 1;
      answers.push(await send());
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return answers;
}
