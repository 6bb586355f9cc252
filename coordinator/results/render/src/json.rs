//! Results, plans, machines and explanations as JSON, for programs. `docs/json-schema.md` describes it.

mod published;

use cotejo_model::comparison::Comparison;
use cotejo_model::explain::Explanation;
use cotejo_model::sweep::PlannedSweep;
use cotejo_model::{Machine, Reference};
use serde::Serialize;

/// Raised when a field changes its meaning or goes; new fields may come without.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<T> {
    schema: u32,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Machines<'a> {
    machines: Vec<published::Machine<'a>>,
}

#[derive(Serialize)]
struct References<'a> {
    references: &'a [Reference],
}

#[derive(Serialize)]
struct Plan<'a> {
    slowest: Option<Slowest<'a>>,
    #[serde(flatten)]
    plan: published::Plan<'a>,
}

#[derive(Serialize)]
struct Slowest<'a> {
    machine: &'a str,
    seconds: f64,
}

/// A plan.
pub fn plan(plan: &PlannedSweep) -> String {
    let slowest = plan.slowest().map(|(machine, seconds)| Slowest { machine, seconds });
    document(Plan { slowest, plan: plan.into() })
}

/// A comparison.
pub fn comparison(comparison: &Comparison) -> String {
    document(published::Comparison::from(comparison))
}

/// An explanation.
pub fn explanation(explanation: &Explanation) -> String {
    document(published::Explanation::from(explanation))
}

/// Machines.
pub fn machines(machines: &[Machine]) -> String {
    document(Machines { machines: machines.iter().map(Into::into).collect() })
}

/// Reference times.
pub fn references(references: &[Reference]) -> String {
    document(References { references })
}

fn document(content: impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(&Document { schema: SCHEMA, content })
        .expect("plain data with text keys is always JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use cotejo_model::comparison::GroupBy;

    use super::super::samples;
    use super::*;

    #[test]
    fn what_is_written_is_the_comparison() {
        for sample in [samples::with_gpu(), samples::troubled(), samples::class(GroupBy::Machine)] {
            let text = comparison(&sample);
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!((&read["by"], &read["schema"]), (&sample.by.name().into(), &1.into()));
            let count = |what: &str| read[what].as_array().map_or(0, Vec::len);
            assert_eq!((count("tables"), count("entries")), (sample.tables.len(), sample.entries.len()));
            assert_eq!(count("environments"), sample.environments.len());
        }
    }

    #[test]
    fn a_gpu_has_its_record_and_what_is_made_up_says_so() {
        let read: serde_json::Value = serde_json::from_str(&comparison(&samples::simulated())).unwrap();
        let [cpu, gpu] = [0, 1].map(|at| &read["entries"][at]["outcome"]);
        assert_eq!((&cpu["simulated"], &gpu["simulated"]), (&false.into(), &true.into()));
        assert_eq!((&cpu["gpu"], &gpu["gpu"]["driver"]), (&serde_json::Value::Null, &"560.94".into()));
        assert_eq!(gpu["gpu"]["after"]["clock_mhz"], 1777);
        assert_eq!(gpu["stages"]["events"]["forward_ns"], 1_980_000);
        let marks = (2..5).map(|at| read["tables"][0]["rows"][0][at]["simulated"].as_bool().unwrap());
        assert_eq!(marks.collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "every field of the format")]
    fn one_cell_in_full() {
        let mut sample = samples::without_gpu();
        sample.entries.truncate(1);
        sample.tables[0].rows.truncate(1);
        insta::assert_snapshot!(comparison(&sample), @r#"
        {
          "schema": 1,
          "by": "size",
          "sweeps": [
            "00000000-0000-0000-0000-00000000005e"
          ],
          "title": "practice",
          "named_sweeps": [
            {
              "id": "00000000-0000-0000-0000-00000000005e",
              "name": "practice",
              "created_ms": 1785490100000,
              "namesakes": 1,
              "newer": 0
            }
          ],
          "tables": [
            {
              "basis": [
                [
                  "precision",
                  "f32"
                ],
                [
                  "threads",
                  "all"
                ],
                [
                  "engine",
                  "reference"
                ],
                [
                  "weights",
                  "random, seed 2026"
                ],
                [
                  "image",
                  "built-in"
                ],
                [
                  "build",
                  "cotejo-worker 0.1.0, candle 0.11.0"
                ]
              ],
              "columns": [
                {
                  "column": "model"
                },
                {
                  "column": "size"
                },
                {
                  "column": "time",
                  "device": "cpu"
                },
                {
                  "column": "time",
                  "device": "cuda"
                },
                {
                  "column": "speed_up"
                }
              ],
              "rows": [
                [
                  {
                    "value": "text",
                    "text": "ResNet18"
                  },
                  {
                    "value": "count",
                    "count": 224
                  },
                  {
                    "value": "seconds",
                    "estimate": {
                      "value": 0.03012,
                      "ci": {
                        "low": 0.029885733333333334,
                        "high": 0.030354266666666664
                      }
                    },
                    "flagged": false,
                    "simulated": false
                  },
                  {
                    "value": "missing",
                    "reason": "no NVIDIA driver was found on this machine"
                  },
                  {
                    "value": "missing",
                    "reason": "no GPU time"
                  }
                ]
              ]
            }
          ],
          "environments": [
            {
              "machine": "00000000-0000-0000-0000-000000000001",
              "name": "pc-01",
              "cpu": "Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz",
              "physical_cores": 6,
              "logical_cores": 12,
              "simd": [
                "avx2",
                "fma"
              ],
              "memory_bytes": 17179869184,
              "os": "Windows 11 (26100)",
              "gpus": [],
              "no_gpu": "no NVIDIA driver was found on this machine"
            }
          ],
          "entries": [
            {
              "sweep": "00000000-0000-0000-0000-00000000005e",
              "job": "00000000-0000-0000-0000-00000000e000",
              "machine": "00000000-0000-0000-0000-000000000001",
              "machine_name": "pc-01",
              "device": "cpu",
              "device_name": "Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz",
              "workload": {
                "task": {
                  "kind": "classify",
                  "model": "resnet18",
                  "size": 224,
                  "batch": 1
                },
                "precision": "f32",
                "threads": "all",
                "engine": "reference",
                "exact": false,
                "streams": 1
              },
              "outcome": {
                "outcome": "measured",
                "summary": {
                  "n": 10,
                  "median": 0.03012,
                  "ci": {
                    "low": 0.029885733333333334,
                    "high": 0.030354266666666664
                  },
                  "mad": 0.00016733333333333184,
                  "min": 0.0298188,
                  "mean": 0.030119999999999997,
                  "sd": 0.00020265073036759214,
                  "iqr_ratio": 0.010000000000000049,
                  "p90": null,
                  "p99": null,
                  "outliers": 0
                },
                "first_seconds": 0.09036,
                "flops_per_second": 50000000000.0,
                "images_per_second": 33.200531208499335,
                "stages": {
                  "load_ns": 250000000,
                  "decode_ns": 4000000,
                  "preprocess_ns": null,
                  "upload_ns": null,
                  "download_ns": null,
                  "events": null
                },
                "threads": 4,
                "weights": {
                  "source": "random",
                  "seed": 2026
                },
                "input": {
                  "image": null,
                  "width": 640,
                  "height": 480
                },
                "build": "cotejo-worker 0.1.0, candle 0.11.0",
                "flags": [],
                "answers": [
                  {
                    "class": 281,
                    "label": null,
                    "logit": 9.5,
                    "probability": 0.25
                  }
                ],
                "logit_error": null,
                "peak_memory_bytes": 300000000,
                "started_ms": 1785490200000,
                "plan": null,
                "gpu": null,
                "simulated": false
              }
            }
          ],
          "plans": [],
          "imports": []
        }
        "#);
    }
}
