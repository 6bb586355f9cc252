use cotejo_language::Language;
use cotejo_model::reason::Relayed;
use cotejo_model::{DeviceId, Engine, FailureCode, Model, Reason};
use jiff::tz::TimeZone;

use super::*;

fn style() -> Style {
    Style { width: Some(100), colour: false, zone: TimeZone::UTC }
}

fn shown(plan: &PlannedSweep, language: Language) -> String {
    super::plan(plan, Texts::of(language), &style())
}

fn workload(task: Task) -> Workload {
    let (precision, threads, engine) = (Precision::F32, Threads::All, Engine::Optimized);
    Workload { task, precision, threads, engine, exact: false, streams: 1 }
}

fn cell(machine: &str, task: Task, seconds: f64) -> PlannedCell {
    PlannedCell {
        machine: machine.to_owned(),
        workload: workload(task),
        device: DeviceId::Cpu,
        simulated: false,
        seconds,
        calibrated: true,
        refused: None,
    }
}

fn resnet(size: u32) -> Task {
    Task::Classify { model: Model::ResNet18, size, batch: 1 }
}

fn mobilenet(size: u32, batch: u32) -> Task {
    Task::Classify { model: Model::MobileNetV2, size, batch }
}

fn plain(cells: Vec<PlannedCell>) -> PlannedSweep {
    PlannedSweep { budget_ms: None, cells, dropped: Vec::new(), core: Vec::new(), offline: Vec::new() }
}

/// A class whose second machine is slow.
fn trimmed() -> PlannedSweep {
    let gpu = PlannedCell {
        device: DeviceId::Cuda(0),
        simulated: true,
        calibrated: false,
        ..cell("pc-01", resnet(224), 6.8)
    };
    let threads = |cell: PlannedCell| PlannedCell {
        workload: Workload { threads: Threads::Exactly(1), precision: Precision::F16, ..cell.workload },
        ..cell
    };
    PlannedSweep {
        budget_ms: Some(25 * 60 * 1000),
        cells: vec![
            cell("pc-01", mobilenet(224, 8), 12.5),
            cell("pc-01", resnet(224), 4.2),
            gpu,
            cell("pc-02", resnet(224), 1402.3),
        ],
        dropped: vec![
            cell("pc-02", mobilenet(224, 8), 90.0),
            cell("pc-01", mobilenet(1024, 8), 90.0),
            cell("pc-02", mobilenet(1024, 8), 900.0),
            threads(cell("pc-02", resnet(512), 99.0)),
        ],
        core: vec![workload(resnet(224))],
        offline: vec!["pc-02".to_owned()],
    }
}

#[test]
fn a_plan_says_what_was_dropped_where_and_how_sure_it_is() {
    insta::assert_snapshot!(shown(&trimmed(), Language::English), @r"
    ┌─────────┬────────────────────┬────────────────────────┬───────────┬─────────────┬──────────┐
    │ Machine ┆ Device             ┆ What                   ┆ Precision ┆    Expected ┆ Rate     │
    ╞═════════╪════════════════════╪════════════════════════╪═══════════╪═════════════╪══════════╡
    │ pc-01   ┆ cpu                ┆ MobileNetV2 224 x 224, ┆ f32       ┆        13 s ┆ measured │
    │         ┆                    ┆ batch 8                ┆           ┆             ┆          │
    │ pc-01   ┆ cpu                ┆ ResNet18 224 x 224     ┆ f32       ┆         5 s ┆ measured │
    │ pc-01   ┆ cuda:0 (simulated) ┆ ResNet18 224 x 224     ┆ f32       ┆         7 s ┆ assumed  │
    │ pc-02   ┆ cpu                ┆ ResNet18 224 x 224     ┆ f32       ┆ 23 min 23 s ┆ measured │
    └─────────┴────────────────────┴────────────────────────┴───────────┴─────────────┴──────────┘
    4 cells on 2 machines; about 23 min 23 s in all
    Budget 25 min: the slowest machine, pc-02, should be done after about 23 min 23 s.
    How sure: one cell of pc-01 is a guess (nothing like it was measured there yet); the other times
      follow from what the devices did before.
    Common core, kept by every machine that can measure it: ResNet18 224 x 224
    Not connected now, and measured when they are: pc-02
    4 cells were dropped, so that every machine ends in time:
      MobileNetV2 224 x 224, batch 8: dropped on pc-02
      MobileNetV2 1024 x 1024, batch 8: dropped on every machine
      ResNet18 512 x 512, f16, 1 thread: dropped on pc-02
    ");
}

#[test]
fn a_plan_in_spanish() {
    insta::assert_snapshot!(shown(&trimmed(), Language::Spanish), @"
    ┌────────┬───────────────────┬────────────────────────┬───────────┬─────────────┬──────────┐
    │ Equipo ┆ Dispositivo       ┆ Qué                    ┆ Precisión ┆    Previsto ┆ Ritmo    │
    ╞════════╪═══════════════════╪════════════════════════╪═══════════╪═════════════╪══════════╡
    │ pc-01  ┆ cpu               ┆ MobileNetV2 224 x 224, ┆ f32       ┆        13 s ┆ medido   │
    │        ┆                   ┆ lote de 8              ┆           ┆             ┆          │
    │ pc-01  ┆ cpu               ┆ ResNet18 224 x 224     ┆ f32       ┆         5 s ┆ medido   │
    │ pc-01  ┆ cuda:0 (simulado) ┆ ResNet18 224 x 224     ┆ f32       ┆         7 s ┆ supuesto │
    │ pc-02  ┆ cpu               ┆ ResNet18 224 x 224     ┆ f32       ┆ 23 min 23 s ┆ medido   │
    └────────┴───────────────────┴────────────────────────┴───────────┴─────────────┴──────────┘
    4 celdas en 2 equipos; unos 23 min 23 s en total
    Presupuesto de 25 min: el equipo más lento, pc-02, debería terminar en unos 23 min 23 s.
    Fiabilidad: una celda de pc-01 es una conjetura (allí aún no se ha medido nada parecido); los demás
      tiempos se deducen de lo que los dispositivos hicieron antes.
    Núcleo común, que conserva todo equipo capaz de medirlo: ResNet18 224 x 224
    Sin conexión ahora; se medirán cuando la tengan: pc-02
    Se han descartado 4 celdas para que todos los equipos terminen a tiempo:
      MobileNetV2 224 x 224, lote de 8: descartado en pc-02
      MobileNetV2 1024 x 1024, lote de 8: descartado en todos los equipos
      ResNet18 512 x 512, f16, 1 hilo: descartado en pc-02
    ");
}

#[test]
fn a_plan_names_what_cannot_be_measured() {
    let (code, text) = (FailureCode::OutOfMemory, "needs 11 TiB, the device has 16 GiB".to_owned());
    let memory = Relayed::Quoted { code, text, remedy: "a smaller size".to_owned() }.into();
    let product = |machine, size, refused| PlannedCell { refused, ..cell(machine, Task::Matmul { size }, 5.5) };
    let cells =
        vec![product("pc-01", 1024, None), product("pc-01", 1_000_000, Some(memory)), product("pc-02", 1024, None)];
    let plan = PlannedSweep { offline: vec!["pc-02".to_owned()], ..plain(cells) };
    insta::assert_snapshot!(shown(&plan, Language::English), @r"
    ┌─────────┬────────┬──────────────────────────┬───────────┬──────────┐
    │ Machine ┆ Device ┆ What                     ┆ Precision ┆ Expected │
    ╞═════════╪════════╪══════════════════════════╪═══════════╪══════════╡
    │ pc-01   ┆ cpu    ┆ matmul 1024 x 1024       ┆ f32       ┆      6 s │
    │ pc-01   ┆ cpu    ┆ matmul 1000000 x 1000000 ┆ f32       ┆   cannot │
    │ pc-02   ┆ cpu    ┆ matmul 1024 x 1024       ┆ f32       ┆      6 s │
    └─────────┴────────┴──────────────────────────┴───────────┴──────────┘
    3 cells on 2 machines; about 6 s in all
    Slowest machine: pc-01
    How sure: these devices were measured before; the times follow from what they did then.
    Not connected now, and measured when they are: pc-02
    Cannot be measured: matmul 1000000 x 1000000 on cpu of pc-01: needs 11 TiB, the device has 16 GiB.
      What to do: a smaller size
    ");
}

#[test]
fn many_refusals_are_counted() {
    let busy = Reason::quoted(FailureCode::DeviceBusy, "another program has it.");
    let refused = |at: u32| PlannedCell {
        refused: Some(busy.clone()),
        device: DeviceId::Cuda(0),
        simulated: true,
        ..cell(&format!("pc-{}", at % 2), resnet(at), 0.0)
    };
    let plan = plain((1..=5).map(refused).collect());
    let text = shown(&plan, Language::English);
    assert!(text.contains("5 cells on cuda:0 (simulated) of pc-0, pc-1: another program has it"), "{text}");
    assert!(!text.contains("How sure"), "{text}");
}

#[test]
fn only_a_trimmed_plan_has_a_core_and_guesses_are_said() {
    let guess = PlannedCell { calibrated: false, ..cell("pc-01", resnet(224), 4.0) };
    let text = shown(&plain(vec![guess.clone()]), Language::English);
    assert!(text.contains("a guess") && !text.contains("core") && !text.contains("dropped"), "{text}");
    let fits = PlannedSweep { budget_ms: Some(60_000), core: vec![guess.workload], ..plain(vec![guess]) };
    let text = shown(&fits, Language::English);
    assert!(text.contains("nothing was dropped") && !text.contains("core"), "{text}");
}

#[test]
fn programs_get_all_of_it() {
    let read: serde_json::Value = serde_json::from_str(&crate::json::plan(&trimmed())).unwrap();
    assert_eq!((&read["schema"], &read["budget_ms"]), (&1.into(), &1_500_000.into()));
    assert_eq!((&read["slowest"]["machine"], &read["slowest"]["seconds"]), (&"pc-02".into(), &1402.3.into()));
    assert_eq!(read["dropped"][1]["workload"]["task"]["model"], "mobilenet_v2");
    let plan: PlannedSweep = serde_json::from_value(read).unwrap();
    assert_eq!(plan, trimmed());
}
