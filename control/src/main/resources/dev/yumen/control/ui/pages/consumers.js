// Who is known, without what proves it.
import { html, useState } from '../vendor/htm-preact.js';
import { query, useGet } from '../lib/api.js';
import { number } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { Badge, Card, Empty, Head, Loaded, Pager } from '../lib/parts.js';

const PER_PAGE = 100;

export default function Consumers() {
  const [page, setPage] = useState(1);
  const consumers = useGet('/consumers' + query({ page, 'per-page': PER_PAGE }));
  return html`<${Head} title=${t('nav.consumers')} note=${t('consumers.note')} />
    <${Card} className="flush"><${Loaded} from=${consumers}>${(data) => data.items.length === 0 ? html`<${Empty} title=${t('consumers.none')} />` : html`
      <div class="scroll"><table class="rows stacked"><thead><tr><th>${t('consumer')}</th><th>${t('consumer.groups')}</th><th>${t('consumer.tags')}</th>
        <th>${t('consumer.tier')}</th><th>${t('consumer.quota')}</th><th class="right">${t('consumer.credentials')}</th></tr></thead>
        <tbody>${data.items.map((one) => html`<tr key=${one.name}><td class="mono strong">${one.name}</td>
          <td class="wrap">${one.groups.map((group) => html`<${Badge}>${group}<//>`)}</td>
          <td class="wrap">${Object.entries(one.tags).map(([name, value]) => html`<${Badge} kind="info">${name}: ${value}<//>`)}</td>
          <td>${one.tier ?? ''}</td><td class="mono">${one.quota ?? ''}</td><td class="right num">${number(one.credentials)}</td></tr>`)}</tbody></table></div>
      <${Pager} page=${data.page} perPage=${data['per-page']} total=${data.total} onPage=${setPage} />`}<//><//>`;
}
