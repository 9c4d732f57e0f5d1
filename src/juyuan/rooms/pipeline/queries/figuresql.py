"""五库数字的查询语句(`figures` 用):此刻取项目表,某日取快照;签约、落地取认定行。"""

from __future__ import annotations

# 此刻:项目表。列:id, stage, recognised_stage, standing, total, committed, chain, lead
LIVE = """
SELECT p.id, p.stage, p.recognised_stage, p.standing,
       p.total_investment AS total, COALESCE(c.code, '') AS chain, p.lead_unit_id AS lead
FROM pipeline_project p LEFT JOIN chains_chain c ON c.id = p.chain_id
WHERE p.voided_at IS NULL AND {scope}
"""
LIVE_HOSTS = """
SELECT h.project_id AS id, h.unit_id AS unit, h.total_part AS total
FROM pipeline_projecthost h WHERE h.actual
"""
# 某日:该日终了前最后一张快照
PAST = """
SELECT s.project_id AS id, s.stage, s.recognised_stage, s.standing,
       s.total_investment AS total, s.chain_code AS chain, s.lead_unit_id_at AS lead, s.hosts
FROM (
    SELECT DISTINCT ON (project_id) *
    FROM pipeline_projectstate WHERE recorded_at < %s
    ORDER BY project_id, recorded_at DESC, id DESC
) s WHERE NOT s.voided AND {scope}
"""
PAST_HOSTS = """
SELECT b.id, (h->>'unit')::bigint AS unit, (h->>'total')::bigint AS total
FROM base b CROSS JOIN LATERAL jsonb_array_elements(b.hosts) h
"""
# 先按(库、认定库、链、首谈)与(库、认定库、落点)各归并一遍,只剩几百格,再拆成申报与认定、合成各个合计
LIBRARY = """
WITH base AS {kept} ({base}), hosts AS ({hosts}),
flat AS MATERIALIZED (
    SELECT stage, recognised_stage, chain, lead, COUNT(*) AS n, SUM(total) AS total
    FROM base WHERE standing IN ('active', 'paused') GROUP BY 1, 2, 3, 4
),
placed AS MATERIALIZED (
    SELECT b.stage, b.recognised_stage, h.unit, COUNT(*) AS n,
           SUM(CASE WHEN h.id IS NULL THEN b.total ELSE h.total END) AS total
    FROM base b LEFT JOIN hosts h ON h.id = b.id
    WHERE b.standing IN ('active', 'paused') GROUP BY 1, 2, 3
)
SELECT kind, lib,
       CASE WHEN GROUPING(chain) = 0 THEN 'chain' WHEN GROUPING(lead) = 0 THEN 'lead' ELSE '' END,
       COALESCE(chain, lead::text), SUM(n)::bigint, COALESCE(SUM(total), 0)
FROM flat CROSS JOIN LATERAL (
    VALUES ('claimed', stage), ('recognised', recognised_stage)
) k(kind, lib)
WHERE k.lib <> '' AND {only}
GROUP BY GROUPING SETS ((kind, lib), (kind, lib, chain), (kind, lib, lead))
UNION ALL
SELECT k.kind, k.lib, 'county', unit::text, SUM(n)::bigint, COALESCE(SUM(total), 0)
FROM placed CROSS JOIN LATERAL (
    VALUES ('claimed', stage), ('recognised', recognised_stage)
) k(kind, lib)
WHERE k.lib <> '' AND {only}
GROUP BY k.kind, k.lib, unit
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
