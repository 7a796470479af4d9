"""What each decision cites, as the rules want it: ids of the commands that recorded it."""

from reference_year import registry
from reference_year.days import IN_FORCE
from reference_year.funding import NEW_MONEY
from reference_year.plan import UNSATISFACTORY


def deciding_grade(evaluations, line):
    """Of a department or a higher level, made in the year before; evaluations come by day."""
    order = ("department", "finance", "congress")
    found = [one for one in evaluations if one.place is line.place and one.level in order
             and one.decided_on.year == line.year - 1]
    return max(found, key=lambda one: order.index(one.level), default=None)


def by_place(evaluations):
    graded = {}
    for one in evaluations:
        if one.level != "self":
            graded.setdefault(one.place, []).append(one)
    return graded


def of_appropriations(lines_of_city, book, evaluations, estimates, classes, lists, plans):
    graded = by_place(evaluations)
    for line in lines_of_city:
        cited = list(estimates.cited(line.year, line.fund, line.decided_on))
        before = book.get((line.year - 1, line.place, line.fund))
        grade = deciding_grade(graded.get(line.place, ()), line)
        limits = []
        if line.year > registry.YEARS[0] and before:
            if grade and grade.grade in UNSATISFACTORY:
                limits.append(grade.id)
            if classes.is_cut_across_the_board(line.year, line.place):
                limits.append(classes_id(classes, line))
            if limits:
                limits.append(f"{before.id}#1")
        cited += limits
        if hasattr(line, "request"):
            cited.append(f"review/{line.request.id}")
        if (line.year, line.place) in plans:
            cited.append(plans[line.year, line.place].id)
        cited += priorities(line, line.decided_on, classes, lists)
        line.evidence = cited


def classes_id(classes, line):
    found = classes.of[line.year, line.place]
    return f"classification/{found.project.code}/{found.number}"


def priorities(line, day, classes, lists):
    """The list that comes first, its plan, and what its items had been given by the day."""
    key = line.year, line.place.unit.department.name
    if key in lists and classes.is_development(line.year, line.place) and not line.is_priority:
        listed = lists[key]
        given = [f"{item.id}#1" for item in listed.lines if item.decided_on < day]
        return [f"priority-list/{listed.id}", f"funding-plan/{listed.id}", *given]
    return []


def of_requests(requests, evaluations, estimates, transfers, classes, lists):
    tags, graded = {transfer.tag for transfer in transfers}, by_place(evaluations)
    for request in requests:
        cited = {}  # as an ordered set
        if request.decided_on >= IN_FORCE:
            cited[f"approval/proposal/{request.id}"] = None
        for leg in request.legs:
            line = leg.line
            if request.cause == "grade":
                cited[deciding_grade(graded[line.place], line).id] = None
            if request.kind == "carryOver" and leg.amount < 0:
                cited[f"period/{line.year}/1"] = None
            if leg.amount > 0 and leg.source_tag in tags:
                cited[f"transfer/{leg.source_tag}"] = None
            if leg.amount > 0 and request.kind in NEW_MONEY:
                cited.update(dict.fromkeys(estimates.cited(line.year, line.fund,
                                                           request.decided_on)))
                cited.update(dict.fromkeys(priorities(
                    line, request.decided_on, classes, lists)))
        request.evidence = list(cited)
