"""Units, and the places in the budget that projects hold from year to year.

A place keeps its unit and funds; a project re-registered under a new code keeps the place, and
names its predecessor.
"""

from reference_year import departments, files
from reference_year.days import date, drawn
from reference_year.random64 import Random

YEARS = (2023, 2024, 2025)
PLACES = {2023: (0, 354), 2024: (0, 360), 2025: (4, 366)}  # in force: from, to before
RE_REGISTERED = 6  # a year, from 2024 on

GENERAL, GOVERNMENT, STATE_CAPITAL, INSURANCE = (fund + files.NTH for fund in (
    "general", "governmentFunds", "stateCapital", "socialInsurance"))
FUNDS = {"住房和城乡建设局": GOVERNMENT, "交通运输局": GOVERNMENT,
         "自然资源局": GOVERNMENT, "城市管理局": GOVERNMENT,
         "工业和信息化局": STATE_CAPITAL, "发展和改革委员会": STATE_CAPITAL,
         "人力资源和社会保障局": INSURANCE, "医疗保障局": INSURANCE}


class Unit:
    def __init__(self, number, name, supervisor, department):
        self.id = f"{files.CITY}-{number:03d}"
        self.name = departments.CITY_NAME + name
        self.supervisor = supervisor  # None where the unit is a department itself
        self.department = department

    @property
    def department_unit(self):
        return self.supervisor or self


class Project:
    def __init__(self, code, place, predecessor, proposed_on):
        self.code = code
        self.place = place
        self.predecessor = predecessor
        self.proposed_on = proposed_on


class Place:
    def __init__(self, number, unit, name, category, funds):
        self.number = number
        self.unit = unit
        self.name = name
        self.category = category
        self.funds = funds
        self.functional_class = unit.department.functional
        self.economic_classes = departments.ECONOMIC[category]
        self.projects = {}  # by fiscal year; one object for as long as the code stays

    def is_single_general(self):
        return self.funds == [GENERAL]


def units():
    made = []
    for department in departments.DEPARTMENTS:
        head = Unit(len(made) + 1, department.name, None, department)
        made.append(head)
        for name in department.units:
            made.append(Unit(len(made) + 1, name, head, department))
    return made


def drawn_funds(random, unit):
    other = FUNDS.get(unit.department.name)
    if other is None or random.chance(700):
        return [GENERAL]
    return [other] if random.chance(600) else [GENERAL, other]


def drawn_name(random, unit, category, taken):
    items = {"R": departments.STAFF_ITEMS, "Y": departments.RUNNING_ITEMS,
             "T": unit.department.items}[category]
    own = unit.name[len(departments.CITY_NAME):]
    name = (random.pick(departments.AREAS) if category == "T" else own) + random.pick(items)
    if name in taken:
        taken[name] += 1
        return f"{name}（{taken[name]}期）"
    taken[name] = 1
    return name


def places(seed, city_units):
    random = Random(seed, "places")
    made, taken = [], {}
    for number in range(PLACES[2025][1]):
        unit = city_units[number] if number < len(city_units) else random.pick(city_units)
        category = random.pick("T" * 46 + "YYR" + "T")
        name = drawn_name(random, unit, category, taken)
        made.append(Place(number, unit, name, category, drawn_funds(random, unit)))
    # The first place of each unit stands where projects are in force in every year.
    sole, rest = made[:len(city_units)], random.shuffled(made[len(city_units):])
    ending, starting = PLACES[2025][0], PLACES[2025][1] - PLACES[2023][1]
    return rest[:ending] + random.shuffled(sole + rest[ending:-starting]) + rest[-starting:]


def register(seed, ordered, re_registered):
    """Gives every place its project in each year. `re_registered[year]`: places with a new code."""
    random = Random(seed, "projects")
    for position, place in enumerate(ordered):
        project = None
        for year in YEARS:
            first, past = PLACES[year]
            if not first <= position < past:
                continue
            if project is None or place in re_registered[year]:
                project = proposed(random, place, project, year)
            place.projects[year] = project


def proposed(random, place, predecessor, year):
    """Proposed by October of the year before; those that run in 2023 from 2019 on, many earlier."""
    proposed_year = random.between(2019, 2021) if year == 2023 else year - 1
    day = drawn(random, date(proposed_year, 3, 1), date(proposed_year, 10, 20))
    code = f"{files.CITY}{proposed_year % 100:02d}{place.category}{year}{place.number + 1:08d}"
    return Project(code, place, predecessor, day)


def reserve(seed, city_units):
    """The contingency reserve: registered as projects are, and no more than that; it has no place
    in the order of the others, no target, payment or evaluation."""
    unit = next(unit for unit in city_units if unit.department.name == departments.FINANCE)
    place = Place(PLACES[2025][1], unit, departments.RESERVE, "R", [GENERAL])
    place.functional_class = departments.RESERVE_FUNCTIONAL
    place.economic_classes = [departments.RESERVE_ECONOMIC]
    project = proposed(Random(seed, "reserve project"), place, None, YEARS[0])
    place.projects = dict.fromkeys(YEARS, project)
    return place


def in_force(ordered, year):
    return [place for place in ordered if year in place.projects]


def projects(ordered, candidates):
    """Each project once, by the day it was proposed."""
    found = {project.code: project for place in ordered for project in place.projects.values()}
    found.update((one.project.code, one.project) for one in candidates)
    return sorted(found.values(), key=lambda project: (project.proposed_on, project.code))


def unit_table(city_units):
    rows = [[unit.id, unit.name, unit.supervisor.id if unit.supervisor else "", files.CITY]
            for unit in city_units]
    return files.Table("units.csv", ["unit", "name", "department", "division"],
                       [[row] for row in rows])


def project_table(ordered, candidates):
    rows = [[project.code, project.place.unit.id, project.place.name, project.place.category,
             project.predecessor.code if project.predecessor else "", project.proposed_on]
            for project in projects(ordered, candidates)]
    return files.Table("projects.csv",
                       ["project", "unit", "name", "category", "predecessor", "proposed_on"],
                       [[row] for row in rows])
