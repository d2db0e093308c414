/** All pages for everybody. Plain links: a page is a few kilobytes, a client-side router would be more. */
const pages = [
  { href: '/', name: 'Vote' },
  { href: '/results', name: 'Results' },
  { href: '/live', name: 'Live' },
] as const;
/** The presenter sees one more. */
const present = { href: '/present', name: 'Present' } as const;
type Path = (typeof pages)[number]['href'] | '/present';

/** The line at the top of every page. Its two dots: red is permanent, green comes and goes. */
export function Masthead({ current, presenter = false }: { current?: Path; presenter?: boolean }) {
  return (
    <header className="chrome mx-auto flex w-full max-w-[110rem] items-center justify-between px-5 py-4 sm:px-10 sm:py-5 compact:py-3">
      <p className="flex items-center gap-2.5 font-medium text-sm sm:text-base">
        <svg viewBox="0 0 20 10" className="h-2.5 w-5" aria-hidden="true">
          <circle cx="5" cy="5" r="4.5" className="fill-permanent" />
          <circle cx="15" cy="5" r="4.5" className="fill-on-demand" />
        </svg>
        Serverless Vote
      </p>
      <nav aria-label="Pages" className="-mr-3 flex text-sm sm:text-base">
        {[...pages, ...(presenter ? [present] : [])].map(({ href, name }) => (
          <a
            key={href}
            href={href}
            aria-current={href === current ? 'page' : undefined}
            className={`rounded-full ${presenter ? 'px-1.5 sm:px-3' : 'px-3'} py-2.5 text-muted underline-offset-8 hover:text-ink aria-[current]:text-ink aria-[current]:underline aria-[current]:decoration-2`}
          >
            {name}
          </a>
        ))}
      </nav>
    </header>
  );
}
