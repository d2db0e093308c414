import { draftOf, type Poll } from '@serverless-vote/contracts/poll';
import type { Client } from 'pg';

/** The polls of the settings: the one that is open at the first start, and those of a file, with its content. */
export interface StartPolls {
  poll: Poll;
  file: { content: string; polls: Poll[] } | undefined;
}

/**
 * Opens the settings' poll, unless it is the newest of theirs, and adds those of the file as drafts, once for each content.
 * @param place in the order of acceptance, later than all that was accepted before this start
 */
export async function writeStartPolls(client: Client, { poll, file }: StartPolls, place: bigint): Promise<void> {
  await client.query('begin');
  await client.query('select open_settings_poll($1, $2)', [draftOf(poll), place]);
  if (file) await client.query('select add_file($1, $2)', [JSON.stringify(file.polls.map(draftOf)), file.content]);
  await client.query('commit');
}
