use cotejo_analysis::findings::{
    Achieved, Axis, Basis, CannotTell, Clock, Copies, CopyShare, Crossover, FirstRun, FirstRunOver, Growth, Peak, Rate,
    Saturation, Scaling, ThreadTime, Throughput, Verdict,
};
use cotejo_analysis::key::{Key, Subject, Varying};
use cotejo_language::Language;
use cotejo_model::stats::{Estimate, Interval};
use cotejo_model::{DeviceKind, Engine, Model, Precision, Task, Threads, Workload};

use super::*;

fn about(value: f64, margin: f64) -> Estimate {
    Estimate { value, ci: Some(Interval { low: value - margin, high: value + margin }) }
}

fn on(device: DeviceKind) -> Basis {
    Basis {
        subject: Subject::Classifier(Model::ResNet18),
        device,
        device_name: "Testium".to_owned(),
        of_peer: None,
        settings: settings(),
        simulated: false,
    }
}

fn settings() -> Key {
    let workload = Workload {
        task: task(224),
        precision: Precision::F32,
        threads: Threads::All,
        engine: Engine::Optimized,
        exact: false,
        streams: 1,
    };
    Key::of_workload(&workload).over(Varying::Task)
}

fn task(size: u32) -> Task {
    Task::Classify { model: Model::ResNet18, size, batch: 1 }
}

fn crossover(verdict: Verdict, points: &[(u32, Estimate)]) -> Finding {
    Finding::Crossover(Crossover {
        subject: Subject::Classifier(Model::ResNet18),
        settings: settings(),
        over: Axis::Size { batch: Some(1) },
        points: points.to_vec(),
        verdict,
        without_interval: false,
        simulated: false,
    })
}

fn crossovers() -> Vec<Finding> {
    let points = [(128, about(0.5, 0.01)), (224, about(1.0, 0.02)), (512, about(3.21, 0.04))];
    let over_batches = |finding: Finding| match finding {
        Finding::Crossover(found) => Finding::Crossover(Crossover {
            over: Axis::Batch { size: 224 },
            without_interval: true,
            simulated: true,
            settings: Key { precision: Precision::F16, threads: Some(Threads::Exactly(1)), ..found.settings },
            ..found
        }),
        other => other,
    };
    vec![
        crossover(Verdict::Gpu, &points[2..]),
        crossover(Verdict::Cpu, &points[..1]),
        crossover(Verdict::Gpu, &points),
        crossover(Verdict::Cpu, &points),
        crossover(Verdict::From { at: 224.2, range: (219.7, 229.0) }, &points),
        crossover(Verdict::GpuFrom { sure: 512 }, &points),
        crossover(Verdict::CpuTo { sure: 128 }, &points),
        crossover(Verdict::Unsure, &points),
        crossover(Verdict::Mixed { gpu: vec![128, 512], cpu: vec![224], unsure: Vec::new() }, &points),
        crossover(Verdict::Mixed { gpu: vec![128], cpu: vec![512], unsure: vec![224] }, &points),
        over_batches(crossover(
            Verdict::From { at: 2.5, range: (2.1, 3.0) },
            &[(1, about(0.5, 0.1)), (8, about(4.0, 0.1))],
        )),
    ]
}

fn growths() -> Vec<Finding> {
    let growth = |exponent, sizes: &[u32], between_neighbours| {
        let basis = Basis { of_peer: Some("K7QF".to_owned()), ..on(DeviceKind::Cuda) };
        Finding::Growth(Growth { basis, batch: 1, sizes: sizes.to_vec(), exponent, between_neighbours })
    };
    vec![
        growth(about(0.9, 0.6), &[224, 512, 1024], Some((0.829, 0.979))),
        growth(about(0.9, 0.05), &[224, 512, 1024], Some((0.829, 0.979))),
        growth(about(1.2, 0.05), &[224, 512, 1024], Some((1.1, 1.3))),
        growth(Estimate { value: 0.9, ci: None }, &[224, 512, 1024], Some((0.829, 0.979))),
        growth(about(0.83, 0.01), &[224, 512], None),
    ]
}

fn throughputs() -> Vec<Finding> {
    let throughput = |saturation| {
        Finding::Throughput(Throughput {
            basis: on(DeviceKind::Cpu),
            size: 224,
            smallest: (1, about(182.3, 1.1)),
            best: (8, about(301.2, 2.2)),
            largest: 8,
            saturation,
        })
    };
    vec![
        throughput(Saturation::From { batch: 4, gain: about(1.03, 0.02), uncertain: false }),
        throughput(Saturation::From { batch: 4, gain: about(1.09, 0.02), uncertain: true }),
        throughput(Saturation::NotYet { before: 4, gain: about(1.4, 0.02) }),
    ]
}

fn scalings() -> Vec<Finding> {
    let scaling = |parallel: Estimate, limit, limit_range, threads: &[u32], beyond: &[u32]| {
        let time = |threads: &u32| ThreadTime { threads: *threads, time: about(1.0, 0.01) };
        Finding::Scaling(Scaling {
            basis: Basis { settings: settings().over(Varying::Threads), ..on(DeviceKind::Cpu) },
            task: task(224),
            times: threads.iter().map(time).collect(),
            beyond_cores: beyond.to_vec(),
            parallel,
            limit,
            limit_range,
            measured: Some(about(3.71, 0.05)),
        })
    };
    vec![
        scaling(about(0.97, 0.01), Some(33.3), Some((25.0, Some(50.0))), &[1, 2, 4], &[8, 16]),
        scaling(Estimate { value: 0.97, ci: None }, Some(33.3), None, &[1, 4], &[8]),
        scaling(about(0.995, 0.01), Some(200.0), Some((66.7, None)), &[1, 2, 4], &[]),
        scaling(about(1.1, 0.01), None, Some((f64::INFINITY, None)), &[1, 2, 4], &[]),
        scaling(about(0.004, 0.02), Some(1.0), Some((1.0, Some(1.02))), &[1, 2, 4], &[]),
    ]
}

fn others() -> Vec<Finding> {
    let share = |size| CopyShare { task: task(size), upload: 0.01, download: 0.002, forward: f64::from(size) / 224.0 };
    let copies = |clock, sizes: &[u32]| {
        let shares = sizes.iter().copied().map(share).collect();
        Finding::Copies(Copies { basis: on(DeviceKind::Cuda), clock, shares })
    };
    let run = |size, ratio| FirstRunOver { task: task(size), first: 1.0, ratio };
    let first_run =
        |over: &[FirstRunOver]| Finding::FirstRun(FirstRun { basis: on(DeviceKind::Cpu), over: over.to_vec() });
    let peak = Peak { size: 2048, flops: about(267e9, 2e9) };
    let achieved =
        |size, flops: f64| Achieved { task: task(size), flops: about(flops, 1e9), share: about(flops / 267e9, 0.01) };
    let rate = |lowest, highest| Finding::Rate(Rate { basis: on(DeviceKind::Cpu), achieved: (lowest, highest), peak });
    vec![
        copies(Clock::Device, &[224, 1024]),
        copies(Clock::Host, &[224]),
        first_run(&[run(224, about(3.2, 0.1)), run(1024, about(1.31, 0.02))]),
        first_run(&[run(224, about(3.2, 0.1))]),
        rate(achieved(224, 121e9), achieved(1024, 291e9)),
        rate(achieved(224, 121e9), achieved(224, 121e9)),
    ]
}

fn unknown() -> Vec<Finding> {
    let kinds = [
        CannotTell::Crossover,
        CannotTell::Growth,
        CannotTell::Throughput,
        CannotTell::Scaling { cores: Some(6) },
        CannotTell::Scaling { cores: Some(1) },
        CannotTell::Scaling { cores: None },
        CannotTell::Rate(DeviceKind::Cpu),
        CannotTell::Rate(DeviceKind::Cuda),
    ];
    kinds.map(Finding::CannotTell).to_vec()
}

fn all(language: Language) -> String {
    let all = [crossovers(), growths(), throughputs(), scalings(), others(), unknown()].concat();
    all.iter().map(|finding| sentence(Texts::of(language), finding) + "\n").collect()
}

#[test]
fn every_finding_is_a_sentence_in_english() {
    insta::assert_snapshot!(all(Language::English), @r"
    ResNet18: at 512 px, the only place where both were measured, the GPU wins; the CPU takes 3.21 ± 0.04 times as long.
    ResNet18: at 128 px, the only place where both were measured, the CPU wins; the GPU takes 2.00 ± 0.04 times as long.
    ResNet18: the GPU wins wherever both were measured (128, 224, 512 px); the CPU takes 0.500 ± 0.010 times as long at 128 px and 3.21 ± 0.04 times at 512 px.
    ResNet18: the CPU wins wherever both were measured (128, 224, 512 px); the GPU takes 2.00 ± 0.04 times as long at 128 px and 0.312 ± 0.004 times at 512 px.
    ResNet18: the GPU wins from about 224 px on, by the intervals of the times somewhere from 220 px to 229 px; the CPU takes 0.500 ± 0.010 times as long at 128 px and 3.21 ± 0.04 times at 512 px.
    ResNet18: the GPU wins from 512 px on; below, at 128, 224 px, the intervals of the times overlap and the data cannot tell.
    ResNet18: the CPU wins up to 128 px; above, at 224, 512 px, the intervals of the times overlap and the data cannot tell.
    ResNet18: at 128, 224, 512 px the intervals of CPU and GPU times overlap, so the data cannot tell who wins; more runs would, or a larger range.
    ResNet18: no single place divides CPU and GPU: the GPU wins at 128, 512 px, the CPU at 224 px.
    ResNet18: no single place divides CPU and GPU: the GPU wins at 128 px, the CPU at 512 px, and at 224 px the data cannot tell.
    SIM ResNet18 (f16, 1 thread), 224 px: the GPU wins from about batch 3.00 on, by the intervals of the times somewhere from batch 2.00 to batch 3.00; the CPU takes 0.50 ± 0.10 times as long at batch 1 and 4.00 ± 0.10 times at batch 8. Times without an interval were taken as they stand.
    ResNet18 on the GPU of Group K7QF: from 224 px to 1024 px, time grows as the number of pixels to the power of 0.9 ± 0.6 (between neighbouring sizes 0.83 to 0.98); that may be 1, time in proportion to the pixels: the data cannot tell it apart; more sizes would (3 sizes).
    ResNet18 on the GPU of Group K7QF: from 224 px to 1024 px, time grows as the number of pixels to the power of 0.90 ± 0.05 (between neighbouring sizes 0.83 to 0.98); below 1, where time would be in proportion to the pixels: large images are cheaper by the pixel (3 sizes).
    ResNet18 on the GPU of Group K7QF: from 224 px to 1024 px, time grows as the number of pixels to the power of 1.20 ± 0.05 (between neighbouring sizes 1.10 to 1.30); above 1, where time would be in proportion to the pixels: large images are dearer by the pixel (3 sizes).
    ResNet18 on the GPU of Group K7QF: from 224 px to 1024 px, time grows as the number of pixels to the power of 0.900 (between neighbouring sizes 0.83 to 0.98); 1 would be in proportion to the pixels; with too few runs for intervals, the data cannot tell how sure this is (3 sizes).
    ResNet18 on the GPU of Group K7QF: from 224 px to 512 px, time grows as the number of pixels to the power of 0.830 ± 0.010; with two sizes the margin is that of the times alone, and nothing shows whether it is one power; measure more sizes (2 sizes).
    ResNet18 on the CPU, 224 px: from batch 4 on, a larger batch gives less than 10 % more images a second (at most 1.03 ± 0.02 times as many): 182.3 ± 1.1 at batch 1, at most 301 ± 2 at batch 8.
    ResNet18 on the CPU, 224 px: from about batch 4 on, a larger batch seems to give less than 10 % more images a second, but the intervals cannot tell it from 10 % (1.09 ± 0.02 times as many): 182.3 ± 1.1 at batch 1, at most 301 ± 2 at batch 8.
    ResNet18 on the CPU, 224 px: up to the largest batch, 8, images a second still grow, and the data cannot tell where that ends (measure larger batches): 1.40 ± 0.02 times as many as at batch 4; 182.3 ± 1.1 at batch 1, 301 ± 2 at batch 8.
    ResNet18 on the CPU, 224 px: by Amdahl's law 97.0 ± 1.0 % of the work runs in parallel, so that no number of threads makes it more than 33.3 times (25.0 to 50.0) as fast; 4 threads made it 3.71 ± 0.05 times as fast as 1. The times with 8, 16 threads are not in the fit: they are more than the cores.
    ResNet18 on the CPU, 224 px: by Amdahl's law 97.0 % of the work runs in parallel, so that no number of threads makes it more than 33.3 times as fast; 4 threads made it 3.71 ± 0.05 times as fast as 1. With two numbers of threads nothing shows whether the law holds. The time with 8 threads is not in the fit: they are more than the cores.
    ResNet18 on the CPU, 224 px: by Amdahl's law 99.5 ± 1.0 % of the work runs in parallel; the data cannot tell where the gain of more threads ends, not before 66.7 times; 4 threads made it 3.71 ± 0.05 times as fast as 1.
    ResNet18 on the CPU, 224 px: 4 threads made it 3.71 ± 0.05 times as fast as 1, more than in proportion, which Amdahl's law does not describe (its parallel share would be 110.0 ± 1.0 %).
    ResNet18 on the CPU, 224 px: more threads bring nothing; 4 threads made it 3.71 ± 0.05 times as fast as 1 (the parallel share of Amdahl's law would be 0.4 ± 2.0 %).
    ResNet18 on the GPU: upload and download are 1.19 % of an inference at 224 px and 0.262 % at 1024 px (by the GPU's own clock; no interval is known of it).
    ResNet18 on the GPU: upload and download are 1.19 % of an inference at 224 px (by the host's clock; no interval is known of it).
    ResNet18 on the CPU: the first run takes 3.20 ± 0.10 times as long as a warmed-up one at 224 px and 1.31 ± 0.02 times at 1024 px; a script that times one run reports the first.
    ResNet18 on the CPU: at 224 px the first run takes 3.20 ± 0.10 times as long as a warmed-up one; a script that times one run reports the first.
    ResNet18 on the CPU: from 121.0 ± 1.0 GFLOP/s at 224 px to 291.0 ± 1.0 GFLOP/s at 1024 px, 45.3 % to 109 % of the 267 ± 2 GFLOP/s of the fastest matrix product measured on it (2048 rows). Values above 100 % are possible: operations are counted as in direct convolution, but Winograd's algorithm needs fewer; or the product was too small or disturbed to show the peak.
    ResNet18 on the CPU: 121.0 ± 1.0 GFLOP/s at 224 px, 45.3 % of the 267 ± 2 GFLOP/s of the fastest matrix product measured on it (2048 rows).
    From where on the GPU wins: there is no GPU time beside a CPU time; a PC with a GPU in the class, or `cotejo reference import FILE`, would give one.
    How time follows the image's size: one size is not enough; `cotejo local --sizes 128,224,384,512,768,1024` measures more.
    What a batch brings: one batch is not enough; `cotejo local --sizes 224 --batches 1,2,4,8,16` measures more.
    What threads bring: one number of threads is not enough; `cotejo local --sizes 224 --threads 1,2,4,6` measures more.
    What threads bring: this PC has one core, which cannot tell.
    What threads bring: one number of threads is not enough; `cotejo local --sizes 224 --threads 1,2,4` measures more.
    How near the CPU comes to its peak: no matrix product was measured on it; `cotejo local --devices cpu --matmul 2048` measures one.
    How near the GPU comes to its peak: no matrix product was measured on it; `cotejo local --devices gpu --matmul 4096` on its PC measures one.
    ");
}

#[test]
fn every_finding_is_a_sentence_in_spanish() {
    insta::assert_snapshot!(all(Language::Spanish), @r"
    ResNet18: con 512 px, lo único que se ha medido en ambos dispositivos, la GPU es más rápida; la CPU tarda 3,21 ± 0,04 veces lo que la GPU.
    ResNet18: con 128 px, lo único que se ha medido en ambos dispositivos, la CPU es más rápida; la GPU tarda 2,00 ± 0,04 veces lo que la CPU.
    ResNet18: la GPU es más rápida en todo lo que se ha medido en ambos dispositivos (128, 224, 512 px); la CPU tarda 0,500 ± 0,010 veces lo que la GPU con 128 px y 3,21 ± 0,04 veces con 512 px.
    ResNet18: la CPU es más rápida en todo lo que se ha medido en ambos dispositivos (128, 224, 512 px); la GPU tarda 2,00 ± 0,04 veces lo que la CPU con 128 px y 0,312 ± 0,004 veces con 512 px.
    ResNet18: la GPU gana a partir de 224 px, aproximadamente; según los intervalos de los tiempos, en algún punto de 220 px a 229 px; la CPU tarda 0,500 ± 0,010 veces lo que la GPU con 128 px y 3,21 ± 0,04 veces con 512 px.
    ResNet18: la GPU gana a partir de 512 px; por debajo, con 128, 224 px, los intervalos de los tiempos se solapan y los datos no permiten saberlo.
    ResNet18: la CPU gana hasta 128 px; por encima, con 224, 512 px, los intervalos de los tiempos se solapan y los datos no permiten saberlo.
    ResNet18: con 128, 224, 512 px los intervalos de los tiempos de CPU y GPU se solapan, así que los datos no permiten saber quién gana; más ejecuciones, o un rango mayor, lo aclararían.
    ResNet18: ningún punto separa CPU y GPU: la GPU gana con 128, 512 px y la CPU con 224 px.
    ResNet18: ningún punto separa CPU y GPU: la GPU gana con 128 px y la CPU con 512 px, y con 224 px los datos no permiten saberlo.
    SIM ResNet18 (f16, 1 hilo), 224 px: la GPU gana a partir de lote 3,00, aproximadamente; según los intervalos de los tiempos, en algún punto de lote 2,00 a lote 3,00; la CPU tarda 0,50 ± 0,10 veces lo que la GPU con lote 1 y 4,00 ± 0,10 veces con lote 8. Los tiempos sin intervalo se han tomado tal cual.
    ResNet18 en la GPU del Grupo K7QF: de 224 px a 1024 px, el tiempo crece como el número de píxeles elevado a 0,9 ± 0,6 (entre tamaños vecinos, de 0,83 a 0,98); puede ser 1, tiempo proporcional a los píxeles: los datos no permiten distinguirlo; con más tamaños se podría (3 tamaños).
    ResNet18 en la GPU del Grupo K7QF: de 224 px a 1024 px, el tiempo crece como el número de píxeles elevado a 0,90 ± 0,05 (entre tamaños vecinos, de 0,83 a 0,98); menos de 1, que sería tiempo proporcional a los píxeles: las imágenes grandes salen más baratas por píxel (3 tamaños).
    ResNet18 en la GPU del Grupo K7QF: de 224 px a 1024 px, el tiempo crece como el número de píxeles elevado a 1,20 ± 0,05 (entre tamaños vecinos, de 1,10 a 1,30); más de 1, que sería tiempo proporcional a los píxeles: las imágenes grandes salen más caras por píxel (3 tamaños).
    ResNet18 en la GPU del Grupo K7QF: de 224 px a 1024 px, el tiempo crece como el número de píxeles elevado a 0,900 (entre tamaños vecinos, de 0,83 a 0,98); 1 sería tiempo proporcional a los píxeles; con tan pocas ejecuciones no hay intervalos, y los datos no permiten saber con qué seguridad (3 tamaños).
    ResNet18 en la GPU del Grupo K7QF: de 224 px a 512 px, el tiempo crece como el número de píxeles elevado a 0,830 ± 0,010; con dos tamaños el margen es solo el de los tiempos, y nada muestra si es una única potencia; conviene medir más tamaños (2 tamaños).
    ResNet18 en la CPU, 224 px: a partir de un lote de 4, aumentarlo mejora menos de un 10 % las imágenes por segundo (como mucho 1,03 ± 0,02 veces): 182,3 ± 1,1 con lote 1, como mucho 301 ± 2 con lote 8.
    ResNet18 en la CPU, 224 px: a partir de un lote de unas 4, aumentarlo parece mejorar menos de un 10 % las imágenes por segundo, pero los intervalos no permiten distinguirlo del 10 % (1,09 ± 0,02 veces): 182,3 ± 1,1 con lote 1, como mucho 301 ± 2 con lote 8.
    ResNet18 en la CPU, 224 px: hasta el lote mayor, 8, las imágenes por segundo siguen creciendo, y los datos no permiten saber dónde acaba (conviene medir lotes mayores): 1,40 ± 0,02 veces las del lote 4; 182,3 ± 1,1 con lote 1, 301 ± 2 con lote 8.
    ResNet18 en la CPU, 224 px: según la ley de Amdahl, el 97,0 ± 1,0 % del trabajo se hace en paralelo, de modo que ningún número de hilos lo hace más de 33,3 veces (de 25,0 a 50,0) más rápido; 4 hilos lo hicieron 3,71 ± 0,05 veces más rápido que 1. Los tiempos con 8, 16 hilos no entran en el ajuste: son más que los núcleos.
    ResNet18 en la CPU, 224 px: según la ley de Amdahl, el 97,0 % del trabajo se hace en paralelo, de modo que ningún número de hilos lo hace más de 33,3 veces más rápido; 4 hilos lo hicieron 3,71 ± 0,05 veces más rápido que 1. Con dos números de hilos nada muestra si la ley se cumple. El tiempo con 8 hilos no entra en el ajuste: son más que los núcleos.
    ResNet18 en la CPU, 224 px: según la ley de Amdahl, el 99,5 ± 1,0 % del trabajo se hace en paralelo; los datos no permiten saber dónde acaba la ganancia de más hilos, no antes de 66,7 veces; 4 hilos lo hicieron 3,71 ± 0,05 veces más rápido que 1.
    ResNet18 en la CPU, 224 px: 4 hilos lo hicieron 3,71 ± 0,05 veces más rápido que 1, más que en proporción, lo que la ley de Amdahl no describe (su parte paralela sería el 110,0 ± 1,0 %).
    ResNet18 en la CPU, 224 px: más hilos no aportan nada; 4 hilos lo hicieron 3,71 ± 0,05 veces más rápido que 1 (la parte paralela de la ley de Amdahl sería el 0,4 ± 2,0 %).
    ResNet18 en la GPU: la transferencia de datos a la GPU y de vuelta supone el 1,19 % de una inferencia con 224 px y el 0,262 % con 1024 px (medido con el reloj de la propia GPU; sin intervalo de confianza).
    ResNet18 en la GPU: la transferencia de datos a la GPU y de vuelta supone el 1,19 % de una inferencia con 224 px (medido con el reloj del PC; sin intervalo de confianza).
    ResNet18 en la CPU: la primera ejecución tarda 3,20 ± 0,10 veces lo que una en caliente con 224 px y 1,31 ± 0,02 veces con 1024 px; un script que mide una sola ejecución obtiene precisamente ese primer tiempo.
    ResNet18 en la CPU: con 224 px, la primera ejecución tarda 3,20 ± 0,10 veces lo que una en caliente; un script que mide una sola ejecución obtiene precisamente ese primer tiempo.
    ResNet18 en la CPU: de 121,0 ± 1,0 GFLOP/s con 224 px a 291,0 ± 1,0 GFLOP/s con 1024 px, del 45,3 % al 109 % de los 267 ± 2 GFLOP/s del producto de matrices más rápido medido en ella (2048 filas). Más del 100 % es posible: las operaciones se cuentan como en la convolución directa, y el algoritmo de Winograd necesita menos; o bien el producto era demasiado pequeño o se midió con perturbaciones.
    ResNet18 en la CPU: 121,0 ± 1,0 GFLOP/s con 224 px, el 45,3 % de los 267 ± 2 GFLOP/s del producto de matrices más rápido medido en ella (2048 filas).
    Desde dónde gana la GPU: no hay tiempo de GPU junto a uno de CPU; lo daría un PC con GPU en la clase, o `cotejo reference import ARCHIVO`.
    Cómo crece el tiempo con el tamaño de la imagen: un solo tamaño no basta; `cotejo local --sizes 128,224,384,512,768,1024` mide más.
    Qué aporta el lote: un solo tamaño de lote no basta; `cotejo local --sizes 224 --batches 1,2,4,8,16` mide más.
    Qué aportan los hilos: un solo número de hilos no basta; `cotejo local --sizes 224 --threads 1,2,4,6` mide más.
    Qué aportan los hilos: este PC tiene un solo núcleo, que no permite saberlo.
    Qué aportan los hilos: un solo número de hilos no basta; `cotejo local --sizes 224 --threads 1,2,4` mide más.
    Cuánto se acerca la CPU a su máximo: no se ha medido en ella ningún producto de matrices; `cotejo local --devices cpu --matmul 2048` mide uno.
    Cuánto se acerca la GPU a su máximo: no se ha medido en ella ningún producto de matrices; `cotejo local --devices gpu --matmul 4096` en su PC mide uno.
    ");
}

#[test]
fn what_cannot_be_told_stands_apart() {
    let texts = Texts::of(Language::English);
    let found = blocks(texts, &[growths(), unknown()].concat(), 2);
    let lengths: Vec<usize> =
        found.iter().map(|block| if let Block::List(items) = block { items.len() } else { 0 }).collect();
    assert_eq!(lengths, [0, 5, 0, 8]);
    assert_eq!(blocks(texts, &[], 2), []);
}
