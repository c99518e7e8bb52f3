// Certificates in use, the first to end first.
import { html } from '../vendor/htm-preact.js';
import { useGet } from '../lib/api.js';
import { dateTime, number } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { Badge, Card, Empty, Head, Loaded } from '../lib/parts.js';

const DAY = 86_400_000;

export default function Certificates() {
  const certificates = useGet('/certificates', 60_000);
  return html`<${Head} title=${t('nav.certificates')} note=${t('certificates.note')} />
    <${Card} className="flush"><${Loaded} from=${certificates}>${({ items }) => items.length === 0
      ? html`<${Empty} title=${t('certificates.none')}>${t('certificates.none.note')}<//>`
      : html`<div class="scroll"><table class="rows stacked"><thead><tr><th class="right">${t('certificate.days')}</th><th>${t('certificate')}</th><th>${t('certificate.for')}</th><th>${t('certificate.until')}</th></tr></thead>
        <tbody>${items.map((one) => html`<tr><td class="right"><${Days} until=${one['not-after']} /></td><td class="mono strong wrap-anywhere">${one.certificate}</td>
          <td><${Badge}>${one.side}<//> <span class="mono">${one.name}</span></td><td class="muted">${dateTime(one['not-after'])}</td></tr>`)}</tbody></table></div>`}<//><//>`;
}

function Days({ until }) {
  const days = Math.floor((new Date(until).getTime() - Date.now()) / DAY);
  const kind = days < 7 ? 'bad' : days < 30 ? 'warn' : 'ok';
  return html`<span class=${'days num ' + kind}>${days < 0 ? t('certificate.over') : number(days)}</span>`;
}
