/** A mail's HTML as a mail program shows it: no scripts, no forms, nothing of this page. Links open beside it. */
export function MailFrame({ html, title }: { html: string; title: string }) {
  return (
    <iframe
      title={title}
      srcDoc={withLinksOutside(html)}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      className="h-[46rem] w-full rounded-card border border-line bg-white"
    />
  )
}

function withLinksOutside(html: string): string {
  const base = '<base target="_blank">'
  return html.includes('<head>') ? html.replace('<head>', `<head>${base}`) : `${base}${html}`
}
