BEGIN TRANSACTION;
CREATE TABLE document (hash TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "document" VALUES('1e5527067a0e9a01c782c928c86a2d76a0ee86922f9cd58a3f05db8977892a56','{"brightspots":"changes","changes":[{"against":"general population","age_band":"11-18","area":"Sheffield","because":[],"category":"counted","change":"new","confirmed":false,"direction":"worse","group":{},"measure":"likes_school","name":"Likes school or college: 11-18s","questionnaire":"children-in-care","reason":"","sentence":"New: Likes school or college: 11-18s, doing less well, set beside the general population.","since":"2021","source":"a report","state":"new","wave":"2021"},{"against":"all others","age_band":"","area":"Sheffield","because":[],"category":"","change":"new","confirmed":false,"direction":"worse","group":{"placement":"residential"},"measure":"low_wellbeing","name":"Low wellbeing (low on two or more of four scales): children and young people in residential care","questionnaire":"children-in-care","reason":"","sentence":"New: Low wellbeing (low on two or more of four scales): children and young people in residential care, doing less well, set beside all others.","since":"2021","source":"","state":"new","wave":"2021"}],"flags":[{"against":"general population","age_band":"11-18","area":"Sheffield","category":"counted","confirmed":false,"direction":"worse","group":{},"measure":"likes_school","name":"Likes school or college: 11-18s","questionnaire":"children-in-care","reason":"","sentence":"New: Likes school or college: 11-18s, doing less well, set beside the general population.","since":"2021","source":"a report","state":"new","wave":"2021"},{"against":"all others","age_band":"","area":"Sheffield","category":"","confirmed":false,"direction":"worse","group":{"placement":"residential"},"measure":"low_wellbeing","name":"Low wellbeing (low on two or more of four scales): children and young people in residential care","questionnaire":"children-in-care","reason":"","sentence":"New: Low wellbeing (low on two or more of four scales): children and young people in residential care, doing less well, set beside all others.","since":"2021","source":"","state":"new","wave":"2021"}],"format":1,"inputs":[],"report":[],"surveys":[{"area":"Sheffield","questionnaire":"children-in-care","status":"closed","wave":"2021"}],"why":["This is the first run of this state."]}');
INSERT INTO "document" VALUES('3d6d584c652f4863eb01cf85fb2ccfbfc682369b76fac7bb4c0c4a070ec31293','{"brightspots":"changes","changes":[],"flags":[{"against":"general population","age_band":"11-18","area":"Sheffield","category":"counted","confirmed":false,"direction":"worse","group":{},"measure":"likes_school","name":"Likes school or college: 11-18s","questionnaire":"children-in-care","reason":"","sentence":"New: Likes school or college: 11-18s, doing less well, set beside the general population.","since":"2021","source":"a report","state":"new","wave":"2021"},{"against":"all others","age_band":"","area":"Sheffield","category":"","confirmed":false,"direction":"worse","group":{"placement":"residential"},"measure":"low_wellbeing","name":"Low wellbeing (low on two or more of four scales): children and young people in residential care","questionnaire":"children-in-care","reason":"","sentence":"New: Low wellbeing (low on two or more of four scales): children and young people in residential care, doing less well, set beside all others.","since":"2021","source":"","state":"new","wave":"2021"}],"format":1,"inputs":[],"report":[],"surveys":[{"area":"Sheffield","questionnaire":"children-in-care","status":"closed","wave":"2021"}],"why":["Nothing changed since the last run."]}');
INSERT INTO "document" VALUES('6cc63a38530862a8ff60b11fea58d58176b8d5ae85c3e54d96b159bab3fb2693','# What we were told: Sheffield, 2021

Survey findings: Wellbeing of children in care

## Summary

150 of 300 children and young people answered (50%); how the others feel is not known.

### What goes well

No comparison came out clearly in our favour.

### What could be better

- **62% of 11-18s (93 of 150) like school or college**; the likely range is 10% to 90%. That is worse than 80% in the general population (15 points lower, likely to be at most 30 points).

## Wellbeing of children in care

**How many children and young people answered**

| Age group | Answered | Could have answered | Share |
| --- | ---: | ---: | ---: |
| 11-18s | 150 | 300 | 50% |

**What gap this survey could have shown**

| Age group | Near 50% | Near 80% | Near 90% |
| --- | ---: | ---: | ---: |
| 11-18s | 11 points | nine points | seven points |

### Resilience

**Resilience, 11-18s**

| Indicator | Share | How many | Likely range | Compared with |
| --- | ---: | ---: | --- | --- |
| Likes school or college | 62% | 93 of 150 | 10% to 90% | 80% in the general population: doing less well, by 15 points |

The comparisons in words:

- **62% of 11-18s (93 of 150) like school or college**; the likely range is 10% to 90%. That is worse than 80% in the general population (15 points lower, likely to be at most 30 points).

## About these figures

### How to read them

- Each percentage is of those who answered the question. The numbers beside it say how many that was.
- The likely range allows for chance: ranges made this way hold the true share about 19 times in 20.
- Percentages are rounded to whole numbers. A difference is rounded by itself, so it can be one point away from the difference of two rounded percentages.
- Points are percentage points: one percentage taken from another.
- Few answers means fewer than 30: read these figures with care.
- In the small pictures, on a line from 0% to 100%, the thick line is the likely range, the dot is the share, and each upright mark is a figure that it is compared with.
- The summary names without a comparison the clearest questions where the whole likely range of the good answer is 70% or more, and those where it is below 70%.

**Symbols**

| Symbol | Meaning |
| --- | --- |
| [c] | hidden to protect children |
| [x] | not available: nobody answered, or there is nothing to compare with |
| [z] | not asked of this age group |

**Words**

| Word | Meaning |
| --- | --- |
| doing better | A difference in the good direction, more than chance, and large enough to count. |
| doing less well | A difference in the bad direction, more than chance, and large enough to count. |
| about the same | Any difference is too small to count. |
| a small difference | A difference that is more than chance, but too small to count. |
| we cannot tell | This survey is too small to say; there may be a difference or not. |
| not compared | The two figures are not alike. The reason stands below the table. |
| stands out | A group that differs from all others, allowing for how many groups were looked at. |
| not singled out | The search did not pick the group. It may still differ by less than can be shown. |

### How people are protected

- Nothing is shown from fewer than 10 answers.
- Where fewer than five stand on one side of a figure, it is given as a band (more than, or fewer than, so many percent) or hidden.
- 0% and 100% are shown from 20 answers on, and never for a sensitive question.
- Whatever could be used to work out a hidden number is hidden with it, so a hidden number need not be small.
- All tables of this report were checked together before it was written, and with them the earlier reports on the same answers that were named.

### How comparisons were made

- A verdict needs a difference that is more than chance and large enough to count. Chance is tested exactly, allowing for how many comparisons are made with the same others. Large enough means about five points for shares near 50%, and fewer for shares near 0% or 100% (Cohen''s h of at least 0.1).
- A rounded percentage of others is taken at the end of its rounding that lies nearest to ours.
- In care elsewhere: where that figure includes our own children, they are taken out before comparing. Where it is not known whether it does, there is a verdict only if both ways of reading it agree.
- Our last survey: answers are anonymous, so the two surveys are taken as separate groups, although many may have answered both. A bare percentage from our last survey gets no verdict.
- Figures that count other answers, are about other ages, or were asked more than three years apart are shown and not compared. Nor are those with other words, asked in another way or of other people, or from another country. Where there is a reason to compare them all the same, it stands beside the comparison.
- The gap that a survey could have shown is the one that it would find four times in five, in a single comparison with a figure that is certain.

### How groups were found


### What the figures rest on

- The answers are those of the people who chose to answer. They are not weighted to stand for the others.
- An age group is the form that was answered. Forms overlap, so people of one age may have answered different forms.
- Those who did not answer a question, were not asked it, did not know or preferred not to say are left out of its percentage. They are never counted as a no.
- Answers from 0 to 10 are put into the four bands of the Office for National Statistics.
- Wellbeing of children in care: “Low wellbeing (low on two or more of four scales)” means low on two or more of “Satisfied with life”, “Happy yesterday”, “Things in life are worthwhile” and “Positive about the future”, where at least three were answered. It is our own rule and not an official one.

### What was compared with

**Sources**

| Compared with | Source |
| --- | --- |
| In the general population | a report |

### About this report

Made with brightspots, a free library for wellbeing surveys of children in care and care leavers. It is not affiliated with the Bright Spots Programme.
');
INSERT INTO "document" VALUES('c9c0c7504a6b7801b2a96c1de72b5e633674a2212da13ec6c23e1240c7a8823e','{"entries":[{"before":{"confirmed":false,"direction":"","effect":null,"given":"","quiet":0,"running":0,"since":"","state":""},"name":"Likes school or college: 11-18s","number":0,"seen":{"effect":-0.3,"leans":"worse","reason":"","tested":true,"verdict":"worse"},"source":"a report","standing":{"confirmed":false,"direction":"worse","effect":-0.3,"given":"2021","quiet":0,"running":1,"since":"2021","state":"new"},"subject":["children-in-care","Sheffield","likes_school","counted","11-18","general population",[]],"wave":"2021"},{"before":{"confirmed":false,"direction":"","effect":null,"given":"","quiet":0,"running":0,"since":"","state":""},"name":"Low wellbeing (low on two or more of four scales): children and young people in residential care","number":0,"seen":{"effect":-0.6435011087932844,"leans":"worse","reason":"","tested":true,"verdict":"worse"},"source":"","standing":{"confirmed":false,"direction":"worse","effect":-0.6435011087932844,"given":"2021","quiet":0,"running":1,"since":"2021","state":"new"},"subject":["children-in-care","Sheffield","low_wellbeing","","","all others",[["placement","residential"]]],"wave":"2021"}],"waves":[["children-in-care","Sheffield","2021"]]}');
INSERT INTO "document" VALUES('cfa6836adc2237fe90c49a436f7bce1ff4bf5e374f05be2dbbacd7ae40efb3cf','{
 "brightspots": "release",
 "figures": [
  {
   "above": null,
   "age_band": "11-18",
   "age_bands": [
    "11-18"
   ],
   "area": "Sheffield",
   "below": null,
   "category": "counted",
   "confidence": null,
   "count": 93,
   "domain": "resilience",
   "group": [],
   "low_base": false,
   "lower": 0.1,
   "measure": "likes_school",
   "method": "",
   "n": 150,
   "questionnaire": "children-in-care",
   "rest": false,
   "share": 0.62,
   "status": "shown",
   "target": "",
   "upper": 0.9,
   "wave": "2021"
  }
 ],
 "format": 1,
 "own": [],
 "policy": "council",
 "questionnaires": {
  "children-in-care": {
   "hash": "cfd933bf5b289ea4",
   "respondents": "0"
  }
 },
 "responses": [
  {
   "age_band": "11-18",
   "area": "Sheffield",
   "eligible": 300,
   "n": 150,
   "questionnaire": "children-in-care",
   "rate": 0.5,
   "wave": "2021"
  }
 ],
 "scorecard": null
}
');
CREATE TABLE event (
        number INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES run,
        kind TEXT NOT NULL,
        at TEXT NOT NULL
    );
INSERT INTO "event" VALUES(1,1,'closed','2026-01-31T06:00:00+00:00');
INSERT INTO "event" VALUES(2,2,'closed','2026-01-31T06:00:00+00:00');
CREATE TABLE key (secret TEXT NOT NULL);
INSERT INTO "key" VALUES('084876af575dad0d74a84291a9e81f766306a16fa7c31080da1fa8a94f841161');
CREATE TABLE run (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        inputs TEXT NOT NULL,
        surveys TEXT NOT NULL,
        edition TEXT NOT NULL REFERENCES document,
        report TEXT NOT NULL REFERENCES document,
        ledger TEXT NOT NULL REFERENCES document,
        changes TEXT NOT NULL REFERENCES document,
        folder TEXT NOT NULL,
        stood TEXT NOT NULL
    );
INSERT INTO "run" VALUES(1,'2026-01-31T06:00:00+00:00','{"benchmark": "b", "config": "c", "data": "d", "policy": "p", "software": "s"}','[{"area": "Sheffield", "questionnaire": "children-in-care", "status": "closed", "wave": "2021"}]','cfa6836adc2237fe90c49a436f7bce1ff4bf5e374f05be2dbbacd7ae40efb3cf','6cc63a38530862a8ff60b11fea58d58176b8d5ae85c3e54d96b159bab3fb2693','c9c0c7504a6b7801b2a96c1de72b5e633674a2212da13ec6c23e1240c7a8823e','1e5527067a0e9a01c782c928c86a2d76a0ee86922f9cd58a3f05db8977892a56','/reports/report','');
INSERT INTO "run" VALUES(2,'2026-01-31T06:00:00+00:00','{"benchmark": "b", "config": "c", "data": "d", "policy": "p", "software": "s"}','[{"area": "Sheffield", "questionnaire": "children-in-care", "status": "closed", "wave": "2021"}]','cfa6836adc2237fe90c49a436f7bce1ff4bf5e374f05be2dbbacd7ae40efb3cf','6cc63a38530862a8ff60b11fea58d58176b8d5ae85c3e54d96b159bab3fb2693','c9c0c7504a6b7801b2a96c1de72b5e633674a2212da13ec6c23e1240c7a8823e','3d6d584c652f4863eb01cf85fb2ccfbfc682369b76fac7bb4c0c4a070ec31293','/reports/report','cfa6836adc2237fe90c49a436f7bce1ff4bf5e374f05be2dbbacd7ae40efb3cf');
CREATE TRIGGER no_update_key BEFORE UPDATE ON key BEGIN SELECT RAISE(ABORT, 'the state is only ever added to'); END;
CREATE TRIGGER no_delete_key BEFORE DELETE ON key BEGIN SELECT RAISE(ABORT, 'the state is only ever added to'); END;
CREATE TRIGGER no_update_document BEFORE UPDATE ON document BEGIN SELECT RAISE(ABORT, 'the state is only ever added to'); END;
CREATE TRIGGER no_delete_document BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'the state is only ever added to'); END;
CREATE TRIGGER no_update_run BEFORE UPDATE ON run BEGIN SELECT RAISE(ABORT, 'the state is only ever added to'); END;
CREATE TRIGGER no_delete_run BEFORE DELETE ON run BEGIN SELECT RAISE(ABORT, 'the state is only ever added to'); END;
CREATE TRIGGER no_update_event BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the state is only ever added to'); END;
CREATE TRIGGER no_delete_event BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the state is only ever added to'); END;
COMMIT;
PRAGMA application_id = 1112764503;
PRAGMA user_version = 1;
