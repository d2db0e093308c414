import { execFile } from 'node:child_process';

/** A known vulnerability of a package in the lock file. */
export interface Finding {
  /** The advisory's ID: GHSA-…, or its address. */
  id: string;
  package: string;
  severity: string;
  title: string;
}

export type Audit =
  /** `stale`: accepted, but no longer in the lock file. */
  | { kind: 'checked'; unlisted: Finding[]; accepted: Finding[]; stale: string[] }
  | { kind: 'not-answered'; why: string };

interface Report {
  vulnerabilities?: Record<
    string,
    { via: (string | { url: string; name: string; severity: string; title: string })[] }
  >;
  message?: string;
  error?: { summary?: string; code?: string };
}

/** Any answer counts, even a refusal: not every registry supports the ping. */
function isSilence(pong: string): boolean {
  try {
    const { code = '' } = (JSON.parse(pong) as { error?: { code?: string } }).error ?? {};
    return code !== '' && !/^E\d{3}$/.test(code);
  } catch {
    return true;
  }
}

/**
 * Asks the registry which packages of the lock file have known vulnerabilities (`npm audit`), test and build tools included.
 * @param accepted advisory → why it is accepted
 * @param registry overrides npm's own setting
 * @param silenceMs after how long a silent registry counts as absent
 */
export async function audit(
  folder: string,
  accepted: Record<string, string>,
  registry?: string,
  silenceMs = 1_000,
): Promise<Audit> {
  const npm = (args: string[], timeoutMs: number) =>
    new Promise<string>((resolve) => {
      const more = ['--json', '--fetch-retries=0', ...(registry ? [`--registry=${registry}`] : [])];
      execFile('npm', [...args, ...more], { cwd: folder, timeout: timeoutMs }, (error, stdout) =>
        resolve(stdout || String(error)),
      );
    });
  // A ping first: where there is no registry, the audit would take long to fail.
  const pong = await npm(['ping', `--fetch-timeout=${silenceMs}`], 5 * silenceMs);
  if (isSilence(pong)) return { kind: 'not-answered', why: pong.slice(0, 200) };
  const output = await npm(['audit', '--package-lock-only', '--fetch-timeout=20000'], 60_000);
  let report: Report;
  try {
    report = JSON.parse(output) as Report;
  } catch {
    return { kind: 'not-answered', why: output.slice(0, 200) };
  }
  if (!report.vulnerabilities) {
    return { kind: 'not-answered', why: report.message ?? report.error?.summary ?? 'npm does not say why' };
  }
  const found = new Map<string, Finding>();
  for (const { via } of Object.values(report.vulnerabilities))
    for (const each of via) {
      // A string names the dependency that brings the vulnerability; that package is listed by itself.
      if (typeof each === 'string') continue;
      const id = each.url.replace(/^.*\/(?=GHSA-)/, '');
      found.set(id, { id, package: each.name, severity: each.severity, title: each.title });
    }
  const findings = [...found.values()];
  const isAccepted = ({ id }: Finding) => Object.hasOwn(accepted, id);
  return {
    kind: 'checked',
    unlisted: findings.filter((finding) => !isAccepted(finding)),
    accepted: findings.filter(isAccepted),
    stale: Object.keys(accepted).filter((id) => !found.has(id)),
  };
}
