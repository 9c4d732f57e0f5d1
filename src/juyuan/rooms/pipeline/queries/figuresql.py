"""五库数字的查询语句(`figures` 用):此刻取项目表,某日取快照;签约、落地取认定行。"""

from __future__ import annotations

# 签约、落地已认定的,认定数取认定行里冻结的那一份(known…、frozen);此前各库没有认定行,取项目的
# 此刻:项目表。列:id, stage, recognised_stage, standing, total, chain, lead,以及认定的一份
LIVE = """
SELECT p.id, p.stage, p.recognised_stage, p.standing,
       p.total_investment AS total, COALESCE(c.code, '') AS chain, p.lead_unit_id AS lead,
       r.id IS NOT NULL AS held, r.hosts AS frozen,
       CASE WHEN r.id IS NULL THEN p.total_investment ELSE r.total_investment END AS known,
       CASE WHEN r.id IS NULL THEN COALESCE(c.code, '') ELSE r.chain_code END AS known_chain,
       CASE WHEN r.id IS NULL THEN p.lead_unit_id ELSE r.lead_unit_id END AS known_lead
FROM pipeline_project p LEFT JOIN chains_chain c ON c.id = p.chain_id
LEFT JOIN pipeline_recognition r
  ON r.project_id = p.id AND r.stage = p.recognised_stage AND r.live AND r.sign = 1
WHERE p.voided_at IS NULL AND {scope}
"""
LIVE_HOSTS = """
SELECT h.project_id AS id, h.unit_id AS unit, h.total_part AS total
FROM pipeline_projecthost h WHERE h.actual
"""
# 某日:该日终了前最后一张快照,与那时现行的认定行。参数:终了时刻三次
PAST = """
SELECT s.project_id AS id, s.stage, s.recognised_stage, s.standing,
       s.total_investment AS total, s.chain_code AS chain, s.lead_unit_id_at AS lead, s.hosts,
       r.id IS NOT NULL AS held, r.hosts AS frozen,
       CASE WHEN r.id IS NULL THEN s.total_investment ELSE r.total_investment END AS known,
       CASE WHEN r.id IS NULL THEN s.chain_code ELSE r.chain_code END AS known_chain,
       CASE WHEN r.id IS NULL THEN s.lead_unit_id_at ELSE r.lead_unit_id END AS known_lead
FROM (
    SELECT DISTINCT ON (project_id) *
    FROM pipeline_projectstate WHERE recorded_at < %s
    ORDER BY project_id, recorded_at DESC, id DESC
) s LEFT JOIN (
    SELECT t.* FROM pipeline_recognition t
    WHERE t.sign = 1 AND t.recorded_at < %s AND NOT EXISTS (
        SELECT 1 FROM pipeline_recognition v
        WHERE v.reverses_id IS NOT NULL AND v.reverses_id = t.id AND v.recorded_at < %s
    )
) r ON r.project_id = s.project_id AND r.stage = s.recognised_stage
WHERE NOT s.voided AND {scope}
"""
PAST_HOSTS = """
SELECT b.id, (h->>'unit')::bigint AS unit, (h->>'total')::bigint AS total
FROM base b CROSS JOIN LATERAL jsonb_array_elements(b.hosts) h
"""
# 先按(库、认定库、链、首谈)与(库、认定库、落点)各归并一遍,只剩几百格,再拆成申报与认定、合成各个合计
LIBRARY = """
WITH base AS {kept} ({base}), hosts AS ({hosts}),
flat AS MATERIALIZED (
    SELECT stage, recognised_stage, chain, lead, known_chain, known_lead,
           COUNT(*) AS n, SUM(total) AS total, SUM(known) AS known
    FROM base WHERE standing IN ('active', 'paused') GROUP BY 1, 2, 3, 4, 5, 6
),
placed AS MATERIALIZED (
    SELECT b.stage, b.recognised_stage, b.held, h.unit, COUNT(*) AS n,
           SUM(CASE WHEN h.id IS NULL THEN b.total ELSE h.total END) AS total
    FROM base b LEFT JOIN hosts h ON h.id = b.id
    WHERE b.standing IN ('active', 'paused') GROUP BY 1, 2, 3, 4
),
frozen AS MATERIALIZED (
    SELECT b.recognised_stage AS lib, (h->>'unit')::bigint AS unit, COUNT(*) AS n,
           SUM(CASE WHEN h IS NULL THEN b.known ELSE (h->>'total')::bigint END) AS total
    FROM base b LEFT JOIN LATERAL jsonb_array_elements(b.frozen) h ON TRUE
    WHERE b.held AND b.standing IN ('active', 'paused') GROUP BY 1, 2
)
SELECT k.kind, k.lib,
       CASE WHEN GROUPING(k.chain) = 0 THEN 'chain' WHEN GROUPING(k.lead) = 0 THEN 'lead' ELSE '' END,
       COALESCE(k.chain, k.lead::text), SUM(f.n)::bigint, COALESCE(SUM(k.total), 0)
FROM flat f CROSS JOIN LATERAL (
    VALUES ('claimed', f.stage, f.chain, f.lead, f.total),
           ('recognised', f.recognised_stage, f.known_chain, f.known_lead, f.known)
) k(kind, lib, chain, lead, total)
WHERE k.lib <> '' AND {only}
GROUP BY GROUPING SETS ((k.kind, k.lib), (k.kind, k.lib, k.chain), (k.kind, k.lib, k.lead))
UNION ALL
SELECT k.kind, k.lib, 'county', k.unit::text, SUM(k.n)::bigint, COALESCE(SUM(k.total), 0)
FROM (
    SELECT 'claimed' AS kind, stage AS lib, unit, n, total FROM placed
    UNION ALL SELECT 'recognised', recognised_stage, unit, n, total FROM placed WHERE NOT held
    UNION ALL SELECT 'recognised', lib, unit, n, total FROM frozen
) k
WHERE k.lib <> '' AND {only}
GROUP BY k.kind, k.lib, k.unit
"""
RESULTS = """
WITH joined AS MATERIALIZED (
    SELECT r.stage, r.committed_investment AS committed, r.hosts,
           r.chain_code AS chain, r.lead_unit_id AS lead, a.id IS NOT NULL AS net
    FROM pipeline_recognition r LEFT JOIN ({alive}) a ON a.id = r.project_id
    WHERE r.sign = 1 AND r.recorded_at < %s AND r.fact_on < %s
      AND NOT EXISTS (
          SELECT 1 FROM pipeline_recognition v
          WHERE v.reverses_id IS NOT NULL AND v.reverses_id = r.id AND v.recorded_at < %s
      ) AND {scope}
),
flat AS MATERIALIZED (
    SELECT stage, chain, lead, COUNT(*) AS n, COUNT(*) FILTER (WHERE net) AS net,
           SUM(committed) FILTER (WHERE net) AS money
    FROM joined GROUP BY 1, 2, 3
)
SELECT stage,
       CASE WHEN GROUPING(chain) = 0 THEN 'chain' WHEN GROUPING(lead) = 0 THEN 'lead' ELSE '' END,
       COALESCE(chain, lead::text), SUM(n)::bigint, SUM(net)::bigint, COALESCE(SUM(money), 0)
FROM flat GROUP BY GROUPING SETS ((stage), (stage, chain), (stage, lead))
UNION ALL
SELECT j.stage, 'county', h->>'unit', COUNT(*), COUNT(*) FILTER (WHERE net),
       COALESCE(SUM(CASE WHEN h IS NULL THEN j.committed ELSE (h->>'committed')::bigint END)
                FILTER (WHERE net), 0)
FROM joined j LEFT JOIN LATERAL jsonb_array_elements(j.hosts) h ON TRUE
GROUP BY j.stage, h->>'unit'
"""
# 逐个项目(`behind` 用):一个库里的各项目与金额;签约、落地的各认定、金额、是否仍在库
LIBRARY_ROWS = {
    "claimed": """
SELECT id, total FROM ({base}) b WHERE standing IN ('active', 'paused') AND stage = %s
""",
    "recognised": """
SELECT id, known FROM ({base}) b WHERE standing IN ('active', 'paused') AND recognised_stage = %s
""",
}
RESULT_ROWS = """
SELECT r.project_id, r.committed_investment, a.id IS NOT NULL
FROM pipeline_recognition r LEFT JOIN ({alive}) a ON a.id = r.project_id
WHERE r.sign = 1 AND r.stage = %s AND r.recorded_at < %s AND r.fact_on < %s
  AND NOT EXISTS (
      SELECT 1 FROM pipeline_recognition v
      WHERE v.reverses_id IS NOT NULL AND v.reverses_id = r.id AND v.recorded_at < %s
  ) AND {scope}
"""
ALIVE_NOW = """
SELECT id FROM pipeline_project
WHERE voided_at IS NULL AND standing IN ('active', 'paused')
"""
ALIVE_PAST = """
SELECT project_id AS id FROM (
    SELECT DISTINCT ON (project_id) project_id, standing, voided
    FROM pipeline_projectstate WHERE recorded_at < %s
    ORDER BY project_id, recorded_at DESC, id DESC
) s WHERE NOT voided AND standing IN ('active', 'paused')
"""
