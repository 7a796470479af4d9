"""Performance targets: four to six indicators of output, cost, outcome and satisfaction."""

from collections import namedtuple

from reference_year import files
from reference_year.days import IN_FORCE, date, drawn
from reference_year.money import apportion
from reference_year.random64 import Random

RETURNED = 60  # per mille of the targets
EXECUTION, OUTPUT_AND_COST, OUTCOME, SATISFACTION = 10000, 50000, 30000, 10000  # of 100 points

# low and high: of the target, in units of 10^-decimals. grows: counts up through the year.
Kind = namedtuple("Kind", "dimension direction name measure_unit low high decimals grows")
Indicator = namedtuple("Indicator", "kind target weight statement")
Returned = namedtuple("Returned", "submitted_on returned_on")

QUANTITY = [Kind("quantity", "atLeast", "服务对象人次", "人次", 200, 90000, 0, True),
            Kind("quantity", "atLeast", "实施面积", "平方米", 5000, 900000, 1, True),
            Kind("quantity", "equal", "建设改造点位数", "个", 12, 160, 0, True),
            Kind("quantity", "atLeast", "开展活动场次", "场", 12, 240, 0, True)]
QUALITY = [Kind("quality", "atLeast", "验收合格率", "%", 9500, 10000, 2, False),
           Kind("quality", "atLeast", "达标率", "%", 900, 990, 1, False)]
TIMELINESS = [Kind("timeliness", "atLeast", "资金拨付及时率", "%", 90, 100, 0, False),
              Kind("timeliness", "atMost", "平均办理时限", "工作日", 50, 300, 1, False)]
COST = [Kind("cost", "atMost", "单位成本", "元", 10000, 900000, 2, False),
        Kind("cost", "atMost", "成本超支率", "%", 20, 50, 1, False)]
OUTCOMES = [Kind("economic", "atLeast", "带动社会投入", "万元", 2000, 90000, 2, True),
            Kind("social", "qualitative", "公共服务水平", "", 0, 0, 0, False),
            Kind("ecological", "atMost", "单位能耗", "千瓦时", 1000, 9000, 2, False),
            Kind("lasting", "qualitative", "长效管理机制", "", 0, 0, 0, False),
            Kind("social", "atLeast", "受益覆盖率", "%", 800, 980, 1, False)]
SATISFIED = [Kind("satisfaction", "atLeast", "服务对象满意度", "%", 850, 950, 1, False)]
STATEMENTS = {"公共服务水平": ["服务水平明显提升, 群众获得感增强", "基本公共服务均等化水平持续提高"],
              "长效管理机制": ["建立健全管护制度并有效运行", "形成“建、管、用”一体的长效机制"]}


def decimal(coefficient, places):
    """An exact decimal that keeps its places: 1250 with two is 12.50."""
    if not places:
        return str(coefficient)
    return f"{coefficient // 10 ** places}.{coefficient % 10 ** places:0{places}d}"


def drawn_indicators(random):
    kinds = [random.pick(QUANTITY), random.pick(COST)]
    kinds[1:1] = random.sample([random.pick(QUALITY), random.pick(TIMELINESS)],
                               random.between(0, 1))
    outcomes = random.sample(OUTCOMES, random.between(1, 2))
    weights = (apportion(OUTPUT_AND_COST, [1] * len(kinds))
               + apportion(OUTCOME, [1] * len(outcomes)) + [SATISFACTION])
    made = []
    for kind, weight in zip(kinds + outcomes + SATISFIED, weights):
        statement = random.pick(STATEMENTS[kind.name]) if kind.direction == "qualitative" else ""
        made.append(Indicator(kind, random.between(kind.low, kind.high), weight, statement))
    return made


class Target:
    def __init__(self, year, place, random):
        self.year = year
        self.place = place
        self.project = place.projects[year]
        self.returned = None
        self.submitted_on = drawn(random, date(year - 1, 11, 1), date(year - 1, 11, 30))
        self.approved_on = drawn(random, date(year - 1, 12, 5), date(year - 1, 12, 28))
        self.indicators = drawn_indicators(random)
        if random.chance(RETURNED):
            self.send_back(random)

    def send_back(self, random):
        """A first version without outcomes came in early November and was returned."""
        first = drawn(random, date(self.year - 1, 11, 1), date(self.year - 1, 11, 8))
        self.returned = Returned(first, drawn(random, date(self.year - 1, 11, 13),
                                              date(self.year - 1, 11, 17)))
        self.submitted_on = drawn(random, date(self.year - 1, 11, 20), date(self.year - 1, 11, 30))

    @property
    def version(self):
        return 2 if self.returned else 1

    @property
    def id(self):
        return f"target/{self.project.code}/{self.year}/{self.version}"

    def rows(self, version):
        is_final = version == self.version
        day = self.submitted_on if is_final else self.returned.submitted_on
        return [[self.project.code, self.year, version, self.place.unit.id, day,
                 f"云绩申〔{self.year - 1}〕{day.day}号", item.kind.dimension, item.kind.direction,
                 item.kind.name, "" if item.statement else decimal(item.target, item.kind.decimals),
                 item.kind.measure_unit, item.weight, item.statement]
                for item in self.indicators if is_final or item.kind not in OUTCOMES]


def targets(seed, ordered):
    made = []
    for place in ordered:
        for year in place.projects:
            made.append(Target(year, place, Random(seed, f"target {place.number} {year}")))
    made.sort(key=lambda target: (target.submitted_on, target.project.code))
    return made


def target_table(made):
    groups = [target.rows(target.version) for target in made]
    groups += [target.rows(1) for target in made if target.returned]
    groups.sort(key=lambda rows: (rows[0][4], rows[0][0]))
    return files.Table("targets.csv", (
        "project fiscal_year version unit submitted_on document dimension direction indicator"
        " target measure_unit weight statement").split(), groups)


def return_table(made):
    rows = [[target.project.code, target.year, target.returned.returned_on,
             "未设置效益指标，退回补充"] for target in made if target.returned]
    rows.sort(key=lambda row: (row[2], row[0]))
    return files.single_rows("target_returns.csv", "project fiscal_year returned_on reason", rows)


def approval_table(made):
    """`approval` is there from when on the rules want four eyes."""
    rows = [[target.project.code, target.year, target.version, target.approved_on,
             f"云财绩〔{target.year - 1}〕{target.approved_on.day}号",
             f"approval/{target.id}" if target.approved_on >= IN_FORCE else ""]
            for target in sorted(made, key=lambda target: target.approved_on)]
    return files.single_rows("target_approvals.csv",
                             "project fiscal_year version approved_on document approval", rows)
