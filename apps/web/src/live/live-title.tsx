/** The page's heading. `isSmall`: on a small projector it leaves room for the presenter's controls beside it. */
export function LiveTitle({ isSmall = false }: { isSmall?: boolean }) {
  return (
    <h1
      className={`text-balance py-2 font-semibold text-[clamp(1.75rem,1.2rem+1.5vw,2.5rem)] leading-tight tracking-tight compact:py-0 ${isSmall ? 'compact:text-xl' : 'compact:text-[1.75rem]'}`}
    >
      Red always runs. Green runs only while there is work.
    </h1>
  );
}
