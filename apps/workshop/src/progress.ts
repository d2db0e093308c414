/** Copy buttons, and which steps of each lab are done. Both are additions: without this script the pages can be read as they are. */

/** The steps of a lab, in the browser's memory: those that are done, by number, of how many. */
interface Progress {
  done: number[];
  of: number;
}

const keyOf = (lab: string) => `workshop:${lab}`;

function read(lab: string): Progress | undefined {
  try {
    return JSON.parse(localStorage.getItem(keyOf(lab)) ?? 'null') ?? undefined;
  } catch {
    // Kept by an older version, or storage is off.
    return undefined;
  }
}

function write(lab: string, progress: Progress): void {
  try {
    localStorage.setItem(keyOf(lab), JSON.stringify(progress));
  } catch {
    // Storage is off or full: the boxes work until the page is left.
  }
}

function markSteps(lab: string): void {
  const steps = [...document.querySelectorAll('#steps + ol > li')];
  const done = new Set(read(lab)?.done);
  for (const [index, step] of steps.entries()) {
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.checked = done.has(index);
    box.setAttribute('aria-label', `Step ${index + 1} is done`);
    box.addEventListener('change', () => {
      if (box.checked) done.add(index);
      else done.delete(index);
      write(lab, { done: [...done], of: steps.length });
    });
    step.prepend(box);
  }
}

/** On the page that lists the labs: how far each is. */
function showProgress(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('td:first-child a')) {
    const progress = read(link.pathname);
    if (!progress?.done.length) continue;
    const words = document.createElement('span');
    words.className = 'progress';
    words.textContent =
      progress.done.length === progress.of ? 'done' : `${progress.done.length} of ${progress.of} steps`;
    link.after(' ', words);
  }
}

function addCopyButtons(): void {
  for (const block of document.querySelectorAll<HTMLPreElement>('pre.commands')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      button.textContent = (await copied(block)) ? 'Copied' : 'Press Ctrl-C';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 2_000);
    });
    const frame = document.createElement('div');
    frame.className = 'frame';
    block.replaceWith(frame);
    frame.append(block, button);
  }
}

/** Plain HTTP from another machine has no clipboard: there the commands are selected, ready to be copied. */
async function copied(block: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(block.innerText.trimEnd());
    return true;
  } catch {
    getSelection()?.selectAllChildren(block);
    return false;
  }
}

if (location.pathname === '/') showProgress();
else if (/^\/workshop\/\d\d-/.test(location.pathname)) markSteps(location.pathname);
addCopyButtons();
