/* 聚源 · juyuan.js:没有它页面照样能读、表单照样能交;它只省几步。
   弹出层收起 · 筛选即选即查 · 批量选择 · 看板拖放 · 当前类别滚到可见处 */
(function () {
  'use strict';
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };

  /* 弹出层:点别处或按 Esc 收起 */
  document.addEventListener('click', function (e) {
    all('details.jy-pop[open]').forEach(function (d) { if (!d.contains(e.target)) { d.open = false; } });
  });
  document.addEventListener('keydown', function (e) {
    if (e.key !== 'Escape') { return; }
    all('details.jy-pop[open], details.jy-kmove[open]').forEach(function (d) {
      d.open = false;
      if (d.contains(document.activeElement)) { d.querySelector('summary').focus(); }
    });
  });

  /* 下拉筛选:选了就查;手机上先展开 */
  document.addEventListener('change', function (e) {
    if (e.target.matches('[data-filter] select[data-auto]') && window.innerWidth > 720) { e.target.form.submit(); }
  });
  document.addEventListener('click', function (e) {
    var open = e.target.closest('[data-filter-open]');
    if (!open) { return; }
    var on = open.form.classList.toggle('jy-filter--open');
    open.setAttribute('aria-expanded', String(on));
  });

  /* 批量:选了行,批量条出现 */
  function bulk() {
    var bar = document.querySelector('[data-bulk]');
    if (!bar) { return; }
    var picks = all('input[name=pick]');
    var on = picks.filter(function (p) { return p.checked; });
    bar.hidden = on.length === 0;
    all('[data-filter]').forEach(function (f) { f.hidden = on.length > 0; }); /* 批量条顶替筛选条 */
    bar.querySelector('[data-bulk-count]').textContent = '已选 ' + on.length + ' 项';
    picks.forEach(function (p) { p.setAttribute('form', bar.id); p.closest('tr').classList.toggle('on', p.checked); });
    var head = document.querySelector('[data-pick-all]');
    if (head) { head.checked = on.length > 0 && on.length === picks.length; head.indeterminate = on.length > 0 && on.length < picks.length; }
  }
  document.addEventListener('change', function (e) {
    if (e.target.matches('[data-pick-all]')) { all('input[name=pick]').forEach(function (p) { p.checked = e.target.checked; }); }
    if (e.target.matches('[data-pick-all], input[name=pick]')) { bulk(); }
  });
  document.addEventListener('click', function (e) {
    if (e.target.closest('[data-bulk-clear]')) { all('input[name=pick]').forEach(function (p) { p.checked = false; }); bulk(); }
  });

  /* 手机上把当前一格滚到可见处 */
  function reveal() {
    all('.jy-strip [aria-current], .jy-tabs [aria-current], .jy-views [aria-current]').forEach(function (a) {
      var box = a.closest('.jy-strip, .jy-tabs, .jy-views');
      box.scrollLeft = a.offsetLeft - box.offsetLeft - 80;
    });
    var errors = document.querySelector('[data-focus]');
    if (errors && !errors.closest('[data-samples]')) { errors.focus(); }
    bulk();
  }

  /* 看板:拖动与「移到…」走同一个请求;不成则把拒绝原样放在目标列上 */
  var lifted = null;
  function column(key) { return document.querySelector('[data-kanban] [data-col="' + CSS.escape(key) + '"]'); }
  function clearRefusals() { all('[data-kanban] [data-refusal]').forEach(function (box) { box.textContent = ''; }); }
  function move(card, url, version, to) {
    var board = card.closest('[data-kanban]');
    var token = board.querySelector('input[name=csrfmiddlewaretoken]');
    var body = new URLSearchParams({ to: to, version: version || '' });
    clearRefusals();
    card.setAttribute('aria-busy', 'true');
    fetch(url, {
      method: 'POST', body: body, credentials: 'same-origin', redirect: 'follow',
      headers: { 'X-CSRFToken': token ? token.value : '', 'HX-Request': 'true' }
    }).then(function (answer) {
      if (answer.status === 401) { window.location.href = answer.headers.get('HX-Redirect') || '/login/'; return null; }
      if (answer.ok) { window.location.reload(); return null; }
      return answer.text().then(function (html) {
        card.removeAttribute('aria-busy');
        var target = column(to);
        var box = target && target.querySelector('[data-refusal]');
        if (!box) { return; }
        if (answer.status === 403 || answer.status === 412 || answer.status === 422) {
          box.innerHTML = html; /* 本站服务器渲染、已转义 */
        } else {
          box.innerHTML = '<div class="jy-refuse jy-refuse--small" role="alert"><p class="what">没有移动成功</p><p class="why">请刷新页面后再试。</p></div>';
        }
        box.scrollIntoView({ block: 'nearest' });
        var link = box.querySelector('.next a') || box.querySelector('a');
        if (link) { link.focus(); }
      });
    }).catch(function () {
      card.removeAttribute('aria-busy');
      var target = column(to);
      var box = target && target.querySelector('[data-refusal]');
      if (box) { box.innerHTML = '<div class="jy-refuse jy-refuse--small" role="alert"><p class="what">网络不通，没有移动</p><p class="why">请检查网络后再试。</p></div>'; }
    });
  }
  document.addEventListener('dragstart', function (e) {
    var card = e.target.closest && e.target.closest('[data-move]');
    if (!card) { return; }
    lifted = card;
    card.classList.add('jy-kcard--lift');
    e.dataTransfer.effectAllowed = 'move';
    e.dataTransfer.setData('text/plain', card.dataset.name || '');
  });
  document.addEventListener('dragend', function () {
    if (lifted) { lifted.classList.remove('jy-kcard--lift'); }
    lifted = null;
    all('.jy-kcol--over').forEach(function (c) { c.classList.remove('jy-kcol--over'); });
  });
  document.addEventListener('dragover', function (e) {
    var target = lifted && e.target.closest('[data-col]');
    if (!target) { return; }
    e.preventDefault();
    all('.jy-kcol--over').forEach(function (c) { if (c !== target) { c.classList.remove('jy-kcol--over'); } });
    target.classList.add('jy-kcol--over');
  });
  document.addEventListener('drop', function (e) {
    var target = lifted && e.target.closest('[data-col]');
    if (!target) { return; }
    e.preventDefault();
    var from = lifted.closest('[data-col]');
    if (from !== target) { move(lifted, lifted.dataset.move, lifted.dataset.version, target.dataset.col); }
  });
  document.addEventListener('submit', function (e) {
    if (!e.target.matches('[data-move-form]')) { return; }
    e.preventDefault();
    var card = e.target.closest('[data-move]');
    move(card, e.target.getAttribute('action'), e.target.elements.version.value, e.target.elements.to.value);
  });

  /* 双击提交只算一次 */
  document.addEventListener('submit', function (e) {
    var form = e.target;
    if (e.defaultPrevented || form.method !== 'post') { return; }
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = '1';
    window.setTimeout(function () { delete form.dataset.sent; }, 4000);
  });

  if (document.readyState === 'loading') { document.addEventListener('DOMContentLoaded', reveal); } else { reveal(); }
}());
