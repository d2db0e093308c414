import { invoke, type Results } from './stack.ts';

/** What a presenter does, through the control API. `presenter.spec.ts` does it with the keys of `/present`. */
type Opening = { question: string; options: string[]; closesInSeconds?: number; hidden?: boolean };

export async function openPoll(opening: Opening): Promise<string> {
  const { poll } = await invoke<{ poll: { id: string } }>('open-poll', opening);
  return poll.id;
}

export const closePoll = () => invoke<Results>('close-poll', {});
export const reveal = (poll: string) => invoke('edit-polls', { reveal: poll });
export const resultsOf = (poll: string) => invoke<Results>('fetch-results', { poll });

/** A poll for the tests that follow, which vote and don't care about the question. */
export const openNext = () => openPoll({ question: 'Cats or dogs?', options: ['Cats', 'Dogs'] });
