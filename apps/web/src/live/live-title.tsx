/** What the picture says, in a sentence. */
export function LiveTitle() {
  return (
    <h1 className="text-balance py-2 font-semibold text-[clamp(1.75rem,1.2rem+1.5vw,2.5rem)] leading-tight tracking-tight compact:py-0 compact:text-[1.75rem]">
      Red stays. Green comes with the work, and leaves with it.
    </h1>
  );
}
