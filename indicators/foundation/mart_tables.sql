-- Columns of every mart table, in their order; `mart_tables.py` reads them here.

CREATE TABLE mart.indicator (
  mission VARCHAR, indicator VARCHAR, version INTEGER, level VARCHAR, tier VARCHAR,
  phases VARCHAR, units VARCHAR, source VARCHAR, measure VARCHAR, time_rule VARCHAR,
  unit_of_measure VARCHAR, direction VARCHAR, title_en VARCHAR, title_fr VARCHAR,
  short_en VARCHAR, short_fr VARCHAR, definition_en VARCHAR, definition_fr VARCHAR,
  numerator_en VARCHAR, numerator_fr VARCHAR, denominator_en VARCHAR, denominator_fr VARCHAR,
  rationale_en VARCHAR, rationale_fr VARCHAR, limitations_en VARCHAR, limitations_fr VARCHAR,
  owner_en VARCHAR, owner_fr VARCHAR, owner_reference VARCHAR, contributes_to VARCHAR,
  disaggregate VARCHAR, periods VARCHAR, min_n INTEGER,
  -- the class of its totals; dimension=class of breakdowns with a higher class, joined by |
  confidentiality VARCHAR, confidentiality_of_parts VARCHAR, reference VARCHAR,
  effective_from DATE, baseline DOUBLE, baseline_on DATE, target DOUBLE, target_on DATE,
  -- The length of period that both stand for, of what grows with its length (definitions 65)
  target_period_type VARCHAR,
  -- Those for other lengths of period, as JSON: the same five columns
  other_targets VARCHAR,
  tolerance DOUBLE, sql VARCHAR,
  -- what this version of the definition changed
  change_en VARCHAR, change_fr VARCHAR,
  -- the definition as JSON: a later release can compute by it again
  entry VARCHAR,
  -- false: on no map, areas never in an order by it
  compared_by_area BOOLEAN,
  -- First and last day that can be known (definitions 49); null for stocks and surveys, which are
  -- known by their own date, and for an open end
  known_from DATE, known_to DATE
);

CREATE TABLE mart.indicator_value (
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, time_rule VARCHAR,
  period_type VARCHAR, period VARCHAR, period_start DATE, period_end DATE, area VARCHAR,
  area_level VARCHAR, unit_type VARCHAR, activity_type VARCHAR, actor VARCHAR, sex VARCHAR,
  age_group VARCHAR, breakdown VARCHAR, breakdown_value VARCHAR,
  -- value, se, ci_*, baseline, target: in unit_of_measure; numerator, denominator: raw
  value DOUBLE, numerator DOUBLE, denominator DOUBLE, n BIGINT, se DOUBLE, ci_low DOUBLE,
  ci_high DOUBLE, deff DOUBLE, df DOUBLE, method VARCHAR, obs_status VARCHAR, conf_status VARCHAR,
  disclosure VARCHAR, baseline DOUBLE, target DOUBLE,
  -- The path on the last day that the data cover, of that part of the period (definitions 65);
  -- the probability that decided the rating (66): of the target where it is achieved, else of the path
  expected DOUBLE, rating VARCHAR, rating_probability DOUBLE, rating_reason VARCHAR, trend VARCHAR,
  returns_due INTEGER, returns_received INTEGER,
  -- Where returns are missing in one of both years, or the period is running: the areas and
  -- area-months that the trend was found on, of those due so far. Why there is no trend, or no fall
  trend_areas INTEGER, trend_areas_due INTEGER, trend_months INTEGER, trend_months_due INTEGER,
  trend_reason VARCHAR,
  -- Of what the trend compared: counts, sums and rates in percent of the year before, all else in
  -- unit_of_measure; `change_visible`: the smallest change seen in four of five cases
  change DOUBLE, change_ci_low DOUBLE, change_ci_high DOUBLE, change_visible DOUBLE
);

-- Where the copy holds parts; `absent`: what a part means there that has no row (`breakdowns.py`)
CREATE TABLE mart.breakdown_grid (
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, dimension VARCHAR,
  area_level VARCHAR, period_type VARCHAR, absent VARCHAR
);

CREATE TABLE mart.area (
  mission VARCHAR, area_code VARCHAR, parent_area_code VARCHAR, area_level VARCHAR,
  name_en VARCHAR, name_fr VARCHAR, site_kind VARCHAR, latitude DECIMAL(8,5),
  longitude DECIMAL(8,5), geometry VARCHAR
);

CREATE TABLE mart.contribution (
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, period_type VARCHAR,
  period VARCHAR, area VARCHAR, file_sha256 VARCHAR, file VARCHAR, rows BIGINT
);

CREATE TABLE mart.return_status (
  mission VARCHAR, source VARCHAR, unit_code VARCHAR, unit_name VARCHAR, area VARCHAR, month DATE,
  status VARCHAR, received_on DATE, due_on DATE
);

-- Shares of areas by the area-level model (definitions 75); never in a test of a change. `reason`: why
-- the model's checks allow no figure; `n_areas`: areas in the model. No n: it may be too few
CREATE TABLE mart.modelled_value (
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, period_type VARCHAR,
  period VARCHAR, area VARCHAR, area_level VARCHAR, sex VARCHAR, method VARCHAR, value DOUBLE,
  se DOUBLE, ci_low DOUBLE, ci_high DOUBLE, n_areas BIGINT, reason VARCHAR
);

CREATE TABLE mart.survey_response (
  mission VARCHAR, survey_code VARCHAR, wave VARCHAR, instrument VARCHAR, first_on DATE,
  last_on DATE, area VARCHAR, sex VARCHAR, age_group VARCHAR, sampled BIGINT, answered BIGINT
);

-- The whole mission only. The number drawn is left out: less those who could have answered, it
-- would give those who were not eligible. Rates: 0 to 1.
CREATE TABLE mart.survey_result (
  mission VARCHAR, survey_code VARCHAR, wave VARCHAR, instrument VARCHAR, complete BIGINT,
  partial BIGINT, refusal BIGINT, no_contact BIGINT, without_consent BIGINT, ineligible BIGINT,
  response_rate DOUBLE
);

CREATE TABLE mart.survey_item_response (
  mission VARCHAR, survey_code VARCHAR, wave VARCHAR, instrument VARCHAR, item VARCHAR,
  -- The parts add up to the interviewed
  interviewed BIGINT, valid BIGINT, dont_know BIGINT, refused BIGINT, not_asked BIGINT,
  missing BIGINT
);

CREATE TABLE mart.base (
  mission VARCHAR, base_name VARCHAR, area VARCHAR, latitude DECIMAL(8,5), longitude DECIMAL(8,5),
  component VARCHAR, from_on DATE, to_on DATE, personnel_count DECIMAL(12,4)
);

-- Completed activities, and lines of the plan with the activities that cite them. Tier and phase
-- `_U`: the line names none. Nulls: no activity, or no line
CREATE TABLE mart.effort (
  mission VARCHAR, month DATE, area VARCHAR, unit_type VARCHAR, tier VARCHAR, phase VARCHAR,
  done BIGINT, lines_planned BIGINT, lines_done BIGINT, planned DOUBLE, planned_done BIGINT,
  -- Of the same lines what the original plan had, where their current version stands
  planned_original DOUBLE
);

-- Lines of the plan that were changed, in their own area: the original (version 1, which the
-- results-based budget keeps), the current version, and what was done of it, as in `work_plan`
CREATE TABLE mart.plan_change (
  mission VARCHAR, plan_line_code VARCHAR, budget_year VARCHAR, month DATE, area VARCHAR,
  unit_type VARCHAR, activity_type VARCHAR, tier VARCHAR, phase VARCHAR, quantity_unit VARCHAR,
  original DOUBLE, quantity DOUBLE, done BIGINT, plan_version INTEGER, approved_on DATE,
  change_reason VARCHAR
);

-- The plan of a budget year (July to June), months to come included, by unit, own area, month,
-- activity and outcome. `original`: version 1; `done`: what the unit did there, cited or not (person
-- days where these are planned), null of lines that plan persons and of months after the as-of day;
-- `reasons`: of changes, joined by |. Outcome _Z, no quantity: done where nothing was planned
CREATE TABLE mart.work_plan (
  mission VARCHAR, budget_year VARCHAR, month DATE, area VARCHAR, unit_code VARCHAR,
  unit_type VARCHAR, activity_type VARCHAR, quantity_unit VARCHAR, outcome VARCHAR,
  expected_accomplishment VARCHAR, lines BIGINT, original DOUBLE, quantity DOUBLE, done BIGINT,
  reasons VARCHAR, component VARCHAR
);

-- Completed activities with another component; one with two stands with both
CREATE TABLE mart.joint_activity (
  mission VARCHAR, month DATE, area VARCHAR, partner_component VARCHAR, tier VARCHAR, done BIGINT
);

-- Completed activities of UN police. `partner_component`: `_T` counts each once, with or without a
-- partner; one with two partners stands with both
CREATE TABLE mart.police_task (
  mission VARCHAR, month DATE, area VARCHAR, unit_type VARCHAR, activity_type VARCHAR,
  phase VARCHAR, partner_component VARCHAR, done BIGINT
);

-- `kind`: alert_response (type: of threat), after_action_review (type: of incident)
CREATE TABLE mart.pending_action (
  mission VARCHAR, kind VARCHAR, area VARCHAR, type VARCHAR, level VARCHAR, since TIMESTAMP,
  due_at TIMESTAMP, is_overdue BOOLEAN
);

-- Risk assessments before support to host-State forces (2023.05 §47) by the quarter in which they were
-- completed, in the country and admin 1; overdue: the day of review passed without a follow-up
CREATE TABLE mart.due_diligence (
  mission VARCHAR, quarter VARCHAR, area VARCHAR, host_state_actor VARCHAR, support_type VARCHAR,
  assessments BIGINT, followed_up BIGINT, overdue BIGINT
);

-- The same by what was decided: protected
CREATE TABLE mart.due_diligence_finding (
  mission VARCHAR, quarter VARCHAR, area VARCHAR, decision VARCHAR, assessments BIGINT,
  followed_up BIGINT, overdue BIGINT
);

-- Information passed on to the arrangements on sexual violence (mara) and to the mechanism on grave
-- violations against children (mrm), by quarter, in the country and admin 1: protected. Days from
-- observation to referral
CREATE TABLE mart.monitoring_referral (
  mission VARCHAR, quarter VARCHAR, area VARCHAR, mechanism VARCHAR, referrals BIGINT,
  with_days BIGINT, median_days DOUBLE, within_1_day BIGINT, over_7_days BIGINT
);

-- Incidents that the rule of 2023.05 §87 covers, or may cover once it is stated whether they were near
-- a base (definitions 42). Nulls: undecided; not closed or not reviewed by the as-of day.
-- `case_number`: tells the rows apart where a copy has no codes of incidents
CREATE TABLE mart.review_candidate (
  mission VARCHAR, incident_code VARCHAR, area VARCHAR, type VARCHAR, occurred_on DATE,
  is_near_base BOOLEAN, known_threat BOOLEAN, review_due_on DATE, reviewed_on DATE,
  case_number BIGINT,
  -- required, undecided
  rule VARCHAR, is_overdue BOOLEAN
);

-- Incidents of physical violence against civilians dated to the day (definitions 51); the last:
-- warned of, and nobody had acted on a warning by the day before
CREATE TABLE mart.early_warning (
  mission VARCHAR, quarter VARCHAR, area VARCHAR, incidents BIGINT, warned BIGINT,
  without_warning BIGINT, not_answered BIGINT
);

-- Alerts that needed action and had none by the as-of day, by quarter of receipt; `_U`: overdue and
-- no reason is recorded
CREATE TABLE mart.alert_without_action (
  mission VARCHAR, quarter VARCHAR, area VARCHAR, reason VARCHAR, alerts BIGINT
);

-- Each base that stands, by kind of contingency plan; nulls: never reviewed, never exercised
CREATE TABLE mart.base_plan (
  mission VARCHAR, base_name VARCHAR, area VARCHAR, plan_kind VARCHAR, reviewed_on DATE,
  review_counts_until DATE, exercised_on DATE, is_current BOOLEAN, is_exercised BOOLEAN,
  -- Not reviewed, or not exercised, within the time that counts
  is_overdue BOOLEAN
);

-- Threats assessed in an area or below it, by quarter and tier (`_T`: all, with the lines of the plan
-- that name no tier; alerts stand there alone). `risk`: the highest likelihood × consequences, 1 to
-- 25; `places`: areas and sites with a completed activity against it
CREATE TABLE mart.threat_response (
  mission VARCHAR, quarter VARCHAR, area VARCHAR, threat_type VARCHAR, tier VARCHAR, risk INTEGER,
  areas_assessed BIGINT, areas_rising BIGINT, planned DOUBLE, done BIGINT, places BIGINT,
  alerts BIGINT, alerts_answered BIGINT
);

-- Hot spots of the as-of day; visits: completed patrols that cite one, since it was listed
CREATE TABLE mart.hot_spot (
  mission VARCHAR, hot_spot_code VARCHAR, area VARCHAR, threat_type VARCHAR, priority VARCHAR,
  valid_from DATE, visits BIGINT, last_visit_on DATE
);

-- Each operation with the review of it; nulls: not closed, not stated, no review by the as-of day
CREATE TABLE mart.operation (
  mission VARCHAR, operation_code VARCHAR, area VARCHAR, operation_type VARCHAR, started_on DATE,
  closed_on DATE, is_risk_assessed BOOLEAN, is_mitigation_recorded BOOLEAN, review_due_on DATE,
  reviewed_on DATE, are_residents_heard BOOLEAN, is_overdue BOOLEAN
);

-- `state`: as judged; `computed`: what the indicator's figures of the whole mission say of the
-- threshold over the quarters for which it must hold: met, not_met, too_close, not_known;
-- `differs`: judged and computed, a benchmark that is partly met counting as not met
CREATE TABLE mart.benchmark (
  mission VARCHAR, benchmark_code VARCHAR, condition_en VARCHAR, condition_fr VARCHAR,
  quarter VARCHAR, state VARCHAR, held_since DATE, evidence_indicator VARCHAR,
  threshold DOUBLE, direction VARCHAR, held_for_months INTEGER, value DOUBLE, computed VARCHAR,
  differs BOOLEAN, reason VARCHAR
);

-- Areas that UN police left (definitions 61). `post`, six months later: staffed, not_staffed,
-- not_reported (no row of that month), not_yet (the six months are not over)
CREATE TABLE mart.handover (
  mission VARCHAR, area VARCHAR, base_name VARCHAR, left_on DATE, six_months_on DATE, post VARCHAR
);

-- Lessons of completed reviews, a row a lesson; the threat of a protected kind in its pooled code
CREATE TABLE mart.lesson (
  mission VARCHAR, area VARCHAR, completed_on DATE, review_kind VARCHAR, subject VARCHAR,
  lesson VARCHAR, tier VARCHAR, phase VARCHAR, threat_type VARCHAR, for_headquarters BOOLEAN
);

-- What residents said, counted by one dimension at a time: theme, sentiment. `said` null with
-- `disclosure` below_8 where the copy displays persons
CREATE TABLE mart.community_feedback (
  mission VARCHAR, quarter VARCHAR, area VARCHAR, breakdown VARCHAR, breakdown_value VARCHAR,
  said BIGINT, disclosure VARCHAR
);

-- The mission's strategy for the protection of civilians; no row without one
CREATE TABLE mart.strategy (
  mission VARCHAR, title_en VARCHAR, title_fr VARCHAR, version INTEGER, approved_on DATE,
  approved_by_en VARCHAR, approved_by_fr VARCHAR, review_due_on DATE, change_en VARCHAR,
  change_fr VARCHAR, days_overdue INTEGER
);

-- Its objectives; `outcomes`: of the results framework (`framework_item.item`), joined by |
CREATE TABLE mart.strategy_objective (
  mission VARCHAR, position INTEGER, objective VARCHAR, title_en VARCHAR, title_fr VARCHAR,
  outcomes VARCHAR
);

-- What differs from the strategy in the release before; null where one side has none
CREATE TABLE mart.strategy_change (
  mission VARCHAR, release_before VARCHAR, field VARCHAR, before VARCHAR, after VARCHAR,
  sentence_en VARCHAR, sentence_fr VARCHAR
);

CREATE TABLE mart.mission (
  mission VARCHAR, name_en VARCHAR, name_fr VARCHAR, country_area VARCHAR, time_zone VARCHAR,
  is_fictional BOOLEAN, boundaries_en VARCHAR, boundaries_fr VARCHAR,
  -- JSON list of sentences
  notes_en VARCHAR, notes_fr VARCHAR, as_of DATE
);

CREATE TABLE mart.result_link (
  mission VARCHAR, edge VARCHAR, from_indicator VARCHAR, to_indicator VARCHAR, area VARCHAR,
  method VARCHAR, specification VARCHAR,
  -- months
  lag INTEGER, n_areas BIGINT, n_periods BIGINT, n_events BIGINT, n_eff DOUBLE, estimate DOUBLE,
  se DOUBLE, ci_low DOUBLE, ci_high DOUBLE, p_value DOUBLE, q_value DOUBLE, expected_sign INTEGER,
  grade VARCHAR, grade_reasons VARCHAR, caveats VARCHAR, sentence_en VARCHAR, sentence_fr VARCHAR,
  status VARCHAR,
  -- Seen with 80 % power: percent of a ratio’s fall, units of the outcome, or a correlation
  smallest_change DOUBLE, change_unit VARCHAR,
  -- Of `small_at_most`, a status without grade: the largest change that the interval leaves open,
  -- in `change_unit`
  bound DOUBLE,
  -- Of grade D what would be enough: a JSON list of kind, quantity, purpose (test, target)
  needs VARCHAR, needs_en VARCHAR, needs_fr VARCHAR
);

-- The question asked of each edge, one row an edge. `asked_by`: framework, kind_of_outcome.
-- `fallback_reason`: why another method than the one asked first speaks for the edge. `grade`: null
-- of `small_at_most`, which is an answer.
CREATE TABLE mart.primary_test (
  mission VARCHAR, edge VARCHAR, asked_by VARCHAR, named_on DATE, asked_method VARCHAR,
  asked_window VARCHAR, asked_outcome VARCHAR, method VARCHAR, specification VARCHAR,
  fallback_reason VARCHAR, grade VARCHAR, is_answered BOOLEAN
);

-- Edges graded by another test than in the release before; null where one side did not ask
CREATE TABLE mart.primary_change (
  mission VARCHAR, edge VARCHAR, release_before VARCHAR, named_on DATE, method_before VARCHAR,
  method_after VARCHAR, window_before VARCHAR, window_after VARCHAR, outcome_before VARCHAR,
  outcome_after VARCHAR, sentence_en VARCHAR, sentence_fr VARCHAR
);

-- What an edge’s primary test would see, step by step: today, months_ahead, what it lacks
-- (`purpose`: test, target), and what the mission could add: returns, day_dates, survey_item
CREATE TABLE mart.evidence_plan (
  mission VARCHAR, edge VARCHAR, area VARCHAR, position INTEGER, method VARCHAR,
  specification VARCHAR, step VARCHAR, purpose VARCHAR, quantity BIGINT, months INTEGER,
  smallest_change DOUBLE, change_unit VARCHAR, sentence_en VARCHAR, sentence_fr VARCHAR
);

-- Pulse interviews that would show a `change` (percentage points): a row of the mission, then one an
-- area. `visits`: days of ten interviews soon after a patrol, and later. `patrols`: a quarter after
-- which both can be asked; of these every n-th (`every`). `level`: percent that answer favourably.
CREATE TABLE mart.interview_plan (
  mission VARCHAR, edge VARCHAR, area VARCHAR, position INTEGER, change DOUBLE, level DOUBLE,
  visits_soon BIGINT, visits_later BIGINT, interviews BIGINT, months INTEGER, patrols DOUBLE,
  every INTEGER, smallest_change DOUBLE, sentence_en VARCHAR, sentence_fr VARCHAR
);

-- Case series: each area’s own ratio (log) beside the mission’s, and the one drawn towards it
CREATE TABLE mart.area_effect (
  mission VARCHAR, edge VARCHAR, area VARCHAR, method VARCHAR, specification VARCHAR,
  n_events BIGINT, n_eff DOUBLE, estimate DOUBLE, se DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
  shrunken DOUBLE, shrunken_low DOUBLE, shrunken_high DOUBLE, status VARCHAR
);

-- Secondary comparisons of a case series by who went on patrol: police, military, joint. `estimate`:
-- a log ratio beside other days or, where `beside` names a component, log ratio of their ratios;
-- none where `status` is not compared. Patrols and their cost are those of `component`.
CREATE TABLE mart.component_effect (
  mission VARCHAR, edge VARCHAR, area VARCHAR, component VARCHAR, beside VARCHAR,
  n_events BIGINT, n_areas BIGINT, n_eff DOUBLE, n_days BIGINT, n_patrols BIGINT,
  person_days DOUBLE, nights DOUBLE, km DOUBLE, estimate DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
  p_value DOUBLE, smallest_change DOUBLE, needs VARCHAR, status VARCHAR, sentence_en VARCHAR,
  sentence_fr VARCHAR
);

CREATE TABLE mart.wake_effect (
  mission VARCHAR, edge VARCHAR, area VARCHAR, specification VARCHAR, t_window DOUBLE,
  spat_window DOUBLE, n_treated BIGINT, n_control BIGINT, n_eff DOUBLE, estimate DOUBLE,
  se DOUBLE, ci_low DOUBLE, ci_high DOUBLE, p_value DOUBLE, q_value DOUBLE, status VARCHAR,
  t_unit VARCHAR, p_permutation DOUBLE, overlap_share DOUBLE, control_mean DOUBLE,
  smallest_visible DOUBLE, person_days DOUBLE, nights DOUBLE, km DOUBLE, caveats VARCHAR
);

CREATE TABLE mart.event_study (
  mission VARCHAR, edge VARCHAR, area VARCHAR, specification VARCHAR, event_time INTEGER,
  n_areas BIGINT, n_periods BIGINT, estimate DOUBLE, se DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
  p_value DOUBLE, q_value DOUBLE, status VARCHAR,
  -- How the estimate reads (log_ratio, units), and of what activity: linkage.contrast.<contrast>
  scale VARCHAR, contrast VARCHAR
);

CREATE TABLE mart.interview_effect (
  mission VARCHAR, edge VARCHAR, area VARCHAR, method VARCHAR, specification VARCHAR,
  n_before BIGINT, n_after BIGINT, n_events BIGINT, n_areas BIGINT, n_clusters BIGINT,
  estimate DOUBLE, se DOUBLE, ci_low DOUBLE, ci_high DOUBLE, p_value DOUBLE, balance_p DOUBLE,
  placebo_p DOUBLE, person_days DOUBLE, nights DOUBLE, km DOUBLE, status VARCHAR
);

CREATE TABLE mart.protection_gap (
  mission VARCHAR, area VARCHAR, period VARCHAR, component VARCHAR, value DOUBLE, ci_low DOUBLE,
  ci_high DOUBLE, rank_low INTEGER, rank_high INTEGER, reason_en VARCHAR, reason_fr VARCHAR
);

-- `kind`: objective (without an indicator), outcome, output
CREATE TABLE mart.framework_item (
  mission VARCHAR, kind VARCHAR, position INTEGER, item VARCHAR, indicator VARCHAR,
  title_en VARCHAR, title_fr VARCHAR, short_en VARCHAR, short_fr VARCHAR,
  -- Of outcomes only; stakeholders joined by |
  stakeholders_en VARCHAR, stakeholders_fr VARCHAR, hypothesis_en VARCHAR, hypothesis_fr VARCHAR,
  expected_accomplishment_en VARCHAR, expected_accomplishment_fr VARCHAR, is_benchmark BOOLEAN
);

-- What was planned by the as-of day of each output that a line of the plan can tell, of which
-- component (_T: of several). Done is the indicator's value; `unplanned`: how much of it fell where
-- nothing was planned
CREATE TABLE mart.output_plan (
  mission VARCHAR, indicator VARCHAR, period VARCHAR, quantity DOUBLE, period_type VARCHAR,
  area VARCHAR, original DOUBLE, unplanned BIGINT, component VARCHAR
);

-- Words of the mission’s staff beside a finding; no result
CREATE TABLE mart.field_judgement (
  mission VARCHAR, edge VARCHAR, area VARCHAR, given_on DATE, role VARCHAR, stance VARCHAR,
  text_en VARCHAR, text_fr VARCHAR, for_headquarters BOOLEAN
);

CREATE TABLE mart.revision (
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, period_type VARCHAR,
  period VARCHAR, area VARCHAR, unit_type VARCHAR, activity_type VARCHAR, actor VARCHAR,
  sex VARCHAR, age_group VARCHAR, breakdown VARCHAR, breakdown_value VARCHAR,
  release_before VARCHAR, version_before INTEGER, value_before DOUBLE, value_after DOUBLE,
  obs_status_before VARCHAR, obs_status_after VARCHAR, conf_status_before VARCHAR,
  conf_status_after VARCHAR,
  -- correction, late_data, new_definition, parameters, recomputed; withheld, released
  reason VARCHAR,
  -- What each cause makes of the change; they add up to it
  part_correction DOUBLE, part_late_data DOUBLE, part_new_definition DOUBLE,
  part_parameters DOUBLE, part_recomputed DOUBLE,
  -- one_cause, recounted, correction_or_recomputed; not_told_apart, not_counted, withheld
  parts_status VARCHAR, sentence_en VARCHAR, sentence_fr VARCHAR
);

CREATE TABLE mart.quality_check (
  mission VARCHAR, check_name VARCHAR, source VARCHAR, severity VARCHAR, status VARCHAR,
  observed VARCHAR, expected VARCHAR, rows_failed BIGINT, sentence_en VARCHAR, sentence_fr VARCHAR
);

CREATE TABLE mart.reject_summary (
  mission VARCHAR, source VARCHAR, file VARCHAR, file_sha256 VARCHAR, sheet VARCHAR,
  first_row BIGINT, last_row BIGINT, rows BIGINT, unit_code VARCHAR, column_name VARCHAR,
  raw_value VARCHAR, rule VARCHAR, sentence_en VARCHAR, sentence_fr VARCHAR
);

-- Rejected rows by what their own text says of time and place; null where it cannot be read.
-- `indicator`: those that would have counted in it, by its own date; null: all of the source.
CREATE TABLE mart.reject_place (
  mission VARCHAR, source VARCHAR, indicator VARCHAR, month DATE, area VARCHAR, rows BIGINT
);

-- Rejected rows by who sent them: the unit that they name, null of a row that names no known one.
-- `oldest_on`: the earliest day that their own text names, null where none can be read
CREATE TABLE mart.rejected_row (
  mission VARCHAR, source VARCHAR, unit_code VARCHAR, file VARCHAR, rows BIGINT, oldest_on DATE
);

-- What a source owed and gave of an area and month, and four shares of it, 0 to 1. `score`: their
-- product; null with a `reason` (not_due, no_access) where nothing was expected. Rows: null of
-- protected sources. `returns_dated`: received with a date
CREATE TABLE mart.quality_score (
  mission VARCHAR, source VARCHAR, area VARCHAR, month DATE, returns_due BIGINT,
  returns_received BIGINT, returns_dated BIGINT, returns_in_time BIGINT, rows_accepted BIGINT,
  rows_rejected BIGINT, rows_flagged BIGINT, completeness DOUBLE, timeliness DOUBLE,
  validity DOUBLE, consistency DOUBLE, score DOUBLE, reason VARCHAR
);

-- Rules that rows or tables break, a row a rule, with what releases before counted. `kind`:
-- rejected, flagged (rows), check (of a whole table). `state`: new, open, resolved. Days are as-of
-- days of releases; `counts`: JSON list of [as-of day, rows], oldest first
CREATE TABLE mart.violation (
  mission VARCHAR, source VARCHAR, kind VARCHAR, rule VARCHAR, title_en VARCHAR, title_fr VARCHAR,
  rows BIGINT, rows_before BIGINT, first_seen DATE, last_seen DATE, state VARCHAR, counts VARCHAR
);

-- Rows of which nothing was kept, by the quarter in which they happened and the reason; the whole
-- mission, as the rows are protected. `period` is null where the row named no day that can be read.
CREATE TABLE mart.rows_not_kept (
  mission VARCHAR, source VARCHAR, period VARCHAR, reason VARCHAR, rows BIGINT
);

-- Two rows that may tell of one case (`duplicates` of a contract), and what a person decided:
-- undecided, separate, duplicate (the row `left_out` counts no more). Both count while undecided.
-- `differs`: JSON list of columns. Of a pair that no rule finds any more the decision is told alone.
CREATE TABLE mart.duplicate_candidate (
  mission VARCHAR, source VARCHAR, rule VARCHAR, key_a VARCHAR, key_b VARCHAR, area VARCHAR,
  on_a VARCHAR, on_b VARCHAR, score DOUBLE, differs VARCHAR, file_a VARCHAR, row_a BIGINT,
  file_b VARCHAR, row_b BIGINT, decision VARCHAR, left_out VARCHAR
);

CREATE TABLE mart.input_file (
  mission VARCHAR, file_sha256 VARCHAR, name VARCHAR, source VARCHAR, status VARCHAR,
  sequence BIGINT, rows_read BIGINT, rows_loaded BIGINT, rows_rejected BIGINT,
  rows_unchanged BIGINT, rows_ignored BIGINT, superseded_by VARCHAR, mapping_version VARCHAR,
  intake BIGINT -- of files whose rows are held for a key: those of one intake have one number
);

-- What people concluded and approved (`records/`), in the version that was approved last when the
-- release was published; functions, never a name. `participants`: roles, joined by |
CREATE TABLE mart.assessment (
  mission VARCHAR, indicator VARCHAR, area VARCHAR, period VARCHAR, version INTEGER,
  approved_on DATE, rating VARCHAR, computed_rating VARCHAR, reason VARCHAR, narrative VARCHAR,
  participants VARCHAR
);

-- The figures that an approved assessment rests on, as they were released then. `use`: computed
-- (that of the outcome itself), cited. `words`: value and interval
CREATE TABLE mart.assessment_figure (
  mission VARCHAR, indicator VARCHAR, area VARCHAR, period VARCHAR, use VARCHAR, position INTEGER,
  cited_release VARCHAR, cited_indicator VARCHAR, cited_period VARCHAR, cited_area VARCHAR,
  value DOUBLE, rating VARCHAR, words_en VARCHAR, words_fr VARCHAR
);

-- What follows from an approved assessment (`assessment`: its indicator, area and quarter) or from
-- a decided review (`incident_code`), as it stood when the release was published
CREATE TABLE mart.recommendation (
  mission VARCHAR, recommendation_code VARCHAR, version INTEGER, made_on DATE, changed_on DATE,
  source_kind VARCHAR, assessment VARCHAR, incident_code VARCHAR, area VARCHAR, text VARCHAR,
  owner VARCHAR, due_on DATE, status VARCHAR, note VARCHAR
);

-- `priorities`: joined by |
CREATE TABLE mart.threat_assessment (
  mission VARCHAR, quarter VARCHAR, area VARCHAR, actor_type VARCHAR, threat_type VARCHAR,
  version INTEGER, written_on DATE, likelihood VARCHAR, impact VARCHAR, vulnerability VARCHAR,
  trend VARCHAR, threat_risk VARCHAR, ability VARCHAR, comparative_advantage VARCHAR,
  negative_consequences VARCHAR, priorities VARCHAR, narrative VARCHAR,
  shared_with_leadership_on DATE, shared_with_hq_on DATE
);

-- What a person decided of an incident. `case_number`: its row of review_candidate; null where the
-- release has none
CREATE TABLE mart.review_decision (
  mission VARCHAR, incident_code VARCHAR, case_number BIGINT, area VARCHAR, version INTEGER,
  decided_on DATE, rule VARCHAR, reviewed VARCHAR, should_have_known VARCHAR, role VARCHAR,
  reason VARCHAR
);

-- Why what was done differs from what was planned. `due`, `done`: of the release of `as_of`
CREATE TABLE mart.variance_reason (
  mission VARCHAR, budget_year VARCHAR, area VARCHAR, outcome VARCHAR, activity_type VARCHAR,
  quantity_unit VARCHAR, version INTEGER, written_on DATE, due DOUBLE, done DOUBLE, as_of DATE,
  reason VARCHAR
);
