const sizes = { short: 'text-question', medium: 'text-question-medium', long: 'text-question-long' } as const;

/** A long question gets a smaller font, so that the answers stay in the window. */
export const lengthOf = (text: string, medium: number, long: number): keyof typeof sizes =>
  text.length > long ? 'long' : text.length > medium ? 'medium' : 'short';

/** The poll's question, as the title of its page. Written in any direction, it begins on the left, as the page's own words do. */
export function Question({ children, className }: { children: string; className: string }) {
  const size = sizes[lengthOf(children, 40, 90)];
  return (
    <h1
      dir="auto"
      className={`wrap-anywhere text-balance text-left font-semibold ${size} leading-[1.08] tracking-tight ${className}`}
    >
      {children}
    </h1>
  );
}
