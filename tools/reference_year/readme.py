"""The page beside the files: that the city is invented, and how to read them."""

from reference_year import files

TEXT = """\
# An invented city / 虚构的城市

**Nothing here is real.** 云川市 (Yunchuan) does not exist; its division code {division} belongs to
no province. Units, projects, amounts, payments, scores and grades are generated. Only these totals
restate a published report on 2024: 87 units; 360 key projects with approved targets; 17 key
evaluations made in 2024 (3 by the congress) over 440,000,000.00 yuan of the evaluated year's
budget, graded 1 excellent, 11 good, 5 medium; 14,000,000.00 yuan cut in the budget of 2024 from
projects with an unsatisfactory evaluation made in 2023.

**本目录数据纯属虚构。** 云川市并不存在，区划代码 {division} 不属于任何省份。单位、项目、金额、支付、得分和等级
均由程序生成，仅下列总数与一份公开的2024年度报告一致：87个预算单位；360个重点项目绩效目标获批；2024年开展
重点评价17个（其中人大3个），涉及被评价年度预算4.4亿元，评价等级优1个、良11个、中5个；因2023年开展的评价结果
不理想，2024年预算压减1400万元。

Written by / 生成命令: `tools/reference-year DIR --seed {seed} --scale {scale}`. The same seed gives
the same bytes. 同一种子生成的文件逐字节相同。

| file / 文件 | 内容 | groups / 组 | rows / 行 |
| --- | --- | --- | --- |
{counts}
Import them in this order; closing.csv holds the figures that must come out.
按上表顺序导入，closing.csv 为应得结果。

How to read them / 说明:
- Money is in yuan with two decimals; weights are thousandths of a point (they sum to 90,000: the
  execution rate has the other 10 points). 金额单位为元；权重单位为千分之一分，合计90分，预算执行率另占10分。
- Until 2023-06-30 others decided: record that under the rule set `open`. rule_sets.csv publishes
  city-2024, in force from 2023-07-01, as all files are imported in the order of decision.
  2023年6月30日以前为他处决定，按规则集 open 记录；rule_sets.csv 发布的 city-2024 自2023年7月1日起执行。
- evidence, answers and of name commands of this import: the kind and the id, and #1 for a command's
  second fact (a line is opened, then appropriated). evidence 等列为本次导入的命令编号，#1 为该命令的第二个事实。
- base is last year's original of the project or its predecessor, same fund; where a ceiling
  applies, amount + cut_for_grade + cut_across_the_board = base; override_authority names who
  allowed more than that ceiling. 基数为上年同项目（或前身项目）同资金性质的年初批复数。
- target_approval names the approval (project/fiscal_year) that the appropriation rests on. A key
  project is one that has it; the contingency reserve, a project of the department of finance, does
  not. target_approval 为所依据的目标批复（项目/年度）；有批复者为重点项目，财政局的预备费项目无绩效目标。
- A reserveDraw is one request: out of the year's line of the reserve, into the line that receives
  it. 动支预备费为一个申请两条分录：从当年预备费指标转出，转入获得资金的指标，合计为零。
- A project that library.csv does not name stays in the pipeline: not affordable, turned down by the
  appraisal, or not appraised yet. 未列入 library.csv 的项目仍在储备库：未通过承受能力评估、评估不予立项或尚未评估。
- A year's close is said once for the whole ledger; so is the rule set. 关账和规则集对整个账本只有一份。
- Monitoring: spent and the current budget count what was decided by the day of the check; the
  light is red where both the execution rate and the least attained indicator are more than 20
  points behind the share of the year's days, yellow where one of them is.
  监控以检查日已作出的决定计算；执行率与最低指标完成率均落后时间进度20个百分点以上为红灯，其一落后为黄灯。
- evaluated_year is the year looked at; the evaluation is made in the year of decided_on.
  evaluated_year 为被评价年度，评价开展年度以 decided_on 为准。
- A carry-over is one request: out of the old year's line, into the new year's, vintage = old year.
  结转为一个申请两条分录：从上年指标转出，转入下年指标，vintage 为上年。
- With --scale, further cities have the codes {division} + 1, + 2, …, and funds of their own
  (general.1); the totals multiply. 使用 --scale 时，其余城市的代码依次加一，资金性质另加后缀，总数按倍数增加。
"""

CHINESE = {
    "rule_sets.csv": "规则集", "principals.csv": "人员与角色", "revocations.csv": "角色收回",
    "units.csv": "预算单位", "projects.csv": "项目", "reorganisations.csv": "单位变动",
    "standards.csv": "支出标准", "estimates.csv": "收入预计（按资金性质和来源）",
    "transfers.csv": "上级转移支付", "ceilings.csv": "单位控制数", "classifications.csv": "项目分类",
    "pipeline.csv": "进入储备库", "appraisals.csv": "事前绩效评估", "affordability.csv": "财政承受能力评估",
    "library.csv": "进入预算项目库", "instalments.csv": "分年安排（一行一年）",
    "targets.csv": "绩效目标（一行一指标）", "target_returns.csv": "绩效目标退回",
    "proposals.csv": "调整申请（一行一分录）", "reversal_proposals.csv": "冲销申请",
    "approvals.csv": "审批", "target_approvals.csv": "绩效目标批复",
    "budget_requests.csv": "预算申请（一行一成本项）", "audit_findings.csv": "审计发现",
    "factors.csv": "存量与细化程度评估", "reviews.csv": "项目审核（一行一因素）",
    "priority_lists.csv": "大事要事保障清单", "funding_plans.csv": "清单资金方案",
    "appropriations.csv": "年初预算批复", "periods.csv": "年度关账", "commitments.csv": "合同承诺",
    "payments.csv": "支付", "monitoring_plans.csv": "监控计划",
    "monitoring.csv": "双监控（一行一指标）", "unit_monitoring.csv": "单位整体监控", "unit_grades.csv": "单位整体评价",
    "corrections.csv": "整改要求",
    "verifications.csv": "整改核实", "suspensions.csv": "暂停拨款", "resumptions.csv": "恢复拨款",
    "grades.csv": "评价等级", "adjustments.csv": "预算调整（一行一分录）",
    "statements.csv": "指标对账", "reversals.csv": "冲销", "results.csv": "结果应用",
    "project_closings.csv": "项目终结", "trainings.csv": "培训", "disclosures.csv": "公开",
    "closing.csv": "期末应得数"}


def write(directory, tables, seed, scale):
    def number(table, items):
        return len(items) * (1 if table.is_shared else scale)
    counts = "".join(f"| {table.name} | {CHINESE[table.name]} | {number(table, table.groups)} |"
                     f" {number(table, files.rows(table))} |\n" for table in tables)
    with open(directory / "README.md", "w", encoding="utf-8", newline="") as file:
        file.write(TEXT.format(division=files.DIVISION, seed=seed, scale=scale, counts=counts))
