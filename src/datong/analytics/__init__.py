"""Figures over the facts: sales, members, campaigns and their effect, visits, the funnel, online against offline.

Owns: nothing. Reads: the facts of commerce, identity, marketing, delivery, places and touchpoints. Promises: members
are joined when a figure is read, so a merge changes every figure at once; amounts equal the source to the cent; every
ranking ends with a unique tie-break; days and hours are the retailer's local ones; no data gives empty rows.
"""

from datong.analytics.attendance import Attendance, AttendanceDay, AttendanceHour, attendance
from datong.analytics.calibration import Calibration, Factor
from datong.analytics.chain import attendance_of
from datong.analytics.crossover import Overlap, overlap
from datong.analytics.flowlines import FlowLines, Transition, Way, ZoneFlow, flow_lines
from datong.analytics.footfall import VisitDay, Visits, ZoneVisits, visits
from datong.analytics.journey import STEPS, Funnel, Step, funnel
from datong.analytics.layout import Column, Report, cell
from datong.analytics.membership import Decile, Members, TopMember, members
from datong.analytics.parties import Parties
from datong.analytics.reports import REPORTS, report
from datong.analytics.response import CampaignDay, CampaignFigures, campaign_days, campaigns
from datong.analytics.scans import scans
from datong.analytics.screens import Exposure, Played, Seen, exposures, plays, spots
from datong.analytics.series import SalesDay, by_day, by_hour
from datong.analytics.sites import Sites, read_hours
from datong.analytics.staffing import StaffProposal, staff_proposals
from datong.analytics.turnover import SALES_KEYS, Sales, Totals, sales
from datong.analytics.uplift import Difference, Effect, effect

__all__ = [
    "REPORTS", "SALES_KEYS", "STEPS", "Attendance", "AttendanceDay", "AttendanceHour", "Calibration", "CampaignDay",
    "CampaignFigures", "Column", "Decile", "Difference", "Effect", "Exposure", "Factor", "FlowLines", "Funnel",
    "Members", "Overlap", "Parties", "Played", "Report", "Sales", "SalesDay", "Seen", "Sites", "StaffProposal", "Step",
    "TopMember", "Totals", "Transition", "VisitDay", "Visits", "Way", "ZoneFlow", "ZoneVisits", "attendance",
    "attendance_of", "by_day", "by_hour", "campaign_days", "campaigns", "cell", "effect", "exposures", "flow_lines",
    "funnel", "members", "overlap", "plays", "read_hours", "report", "sales", "scans", "spots", "staff_proposals",
    "visits",
]
