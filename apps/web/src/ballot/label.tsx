/** An option's name, in whatever direction it is written. */
export function Label({ children }: { children: string }) {
  return (
    <span
      dir="auto"
      className="wrap-anywhere font-semibold text-balance text-[length:var(--label)] leading-tight tracking-tight"
    >
      {children}
    </span>
  );
}
