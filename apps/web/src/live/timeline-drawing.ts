import { MINUTE_MS, type Scene } from './scene.ts';

/** The launcher and the database. */
const PERMANENT = 2;
const TICK_MS = 10_000;
/** The shortest bar that is visible. */
const THINNEST = 2;
/** A line of text, in letters. */
const LINE_HEIGHT = 1.2;
/** Room for the label, in letters. */
const KILLED_WIDTH = 2.9;

/** Draws the last minute, now at the right edge. */
export function drawTimeline(context: CanvasRenderingContext2D, scene: Scene): void {
  const { canvas } = context;
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--${name}`);
  const { clientWidth: width, clientHeight: height } = canvas;
  fitToScreen(context, width, height);

  const letters = width < 1_400 ? 12 : 15;
  const labels = width < 640 ? 76 : letters * 9;
  const axis = letters * 1.5;
  const lanes = PERMANENT + scene.parts.reduce((sum, { limit }) => sum + limit, 0);
  const lane = (height - axis) / lanes;
  const now = scene.now();
  const x = (at: number) => labels + (1 - (now - at) / MINUTE_MS) * (width - labels);

  context.clearRect(0, 0, width, height);
  context.font = `${letters}px ${style.fontFamily}`;
  context.textBaseline = 'middle';

  context.fillStyle = colour('line');
  for (let at = Math.ceil((now - MINUTE_MS) / TICK_MS) * TICK_MS; at < now; at += TICK_MS)
    context.fillRect(Math.round(x(at)), 0, 1, height - axis);
  context.fillStyle = colour('muted');
  context.fillText('a minute ago', labels, height - axis / 2);
  context.textAlign = 'right';
  context.fillText('now', width, height - axis / 2);
  context.textAlign = 'left';

  let top = 0;
  // A part of few lanes is not as high as its name: names push each other down instead of touching.
  let lowest = 0;
  const label = (name: string, middle: number) => {
    const y = Math.max(middle, lowest + LINE_HEIGHT * letters * 0.5);
    context.fillText(name, 0, y);
    lowest = y + LINE_HEIGHT * letters * 0.5;
  };

  context.fillStyle = colour('permanent');
  label('permanent', (lane * PERMANENT) / 2);
  for (let count = 0; count < PERMANENT; count += 1) {
    context.fillRect(labels, top + 1, width - labels, lane - 2);
    top += lane;
  }

  const starts = new Map<string, number>();
  for (const { name, limit } of scene.parts) {
    starts.set(name, top);
    context.fillStyle = colour('line');
    context.fillRect(labels, Math.round(top), width - labels, 1);
    context.fillStyle = colour('on-demand');
    label(name, top + (lane * limit) / 2);
    top += lane * limit;
  }

  const tones = {
    starting: colour('phase-1'),
    ready: colour('phase-3'),
    atWork: colour('on-demand'),
    ink: colour('ink'),
  };
  for (const { view, slot } of scene.containers) {
    const start = starts.get(view.name);
    // A service besides web, or a function that the pages don't use.
    if (start === undefined) continue;
    const y = start + slot * lane + 1;
    const end = view.goneAt ?? now;
    const ready = view.readyAt ?? end;
    // Requests for pages aren't counted, so a ready web container is drawn as busy.
    const busy = view.name === 'web' ? ready : (view.busyAt ?? end);
    const bar = (from: number, to: number, tone: string) => {
      const left = Math.max(labels, x(from));
      const right = Math.max(left, x(to));
      if (to <= from || right <= labels) return;
      context.fillStyle = tone;
      context.fillRect(left, y, Math.max(THINNEST, right - left), lane - 2);
    };
    bar(view.createdAt, ready, tones.starting);
    bar(ready, busy, tones.ready);
    bar(busy, end, tones.atWork);
    if (view.ending !== 137 || x(end) < labels) continue;
    context.fillStyle = tones.ink;
    context.fillText('killed', Math.min(x(end) + 3, width - KILLED_WIDTH * letters), y + lane / 2);
  }
}

/** The screen's device pixel ratio, so that text is sharp. */
function fitToScreen(context: CanvasRenderingContext2D, width: number, height: number): void {
  const { canvas } = context;
  const scale = devicePixelRatio;
  if (canvas.width === Math.round(width * scale) && canvas.height === Math.round(height * scale)) return;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
}
