//! The files that a job names, and what is in them.

use cotejo_model::reason::{FileReason, ImageReason, JobFile, PickleFault, TensorProblem, WeightsReason};

use super::{Sentences, bytes};

/// The file with its article, and how its adjectives end.
fn named(file: JobFile) -> (&'static str, char) {
    match file {
        JobFile::Image => ("la imagen", 'a'),
        JobFile::Weights => ("el archivo de pesos", 'o'),
    }
}

/// The same without its article.
fn bare(file: JobFile) -> &'static str {
    match file {
        JobFile::Image => "imagen",
        JobFile::Weights => "archivo de pesos",
    }
}

pub(super) fn file(reason: &FileReason) -> Sentences {
    match reason {
        FileReason::Missing { file, path } => {
            let (the_file, _) = named(*file);
            Sentences::of(format!("no existe {the_file} {path}"))
                .short(format!("falta {the_file}"))
                .remedy("compruebe la ruta; las rutas relativas parten de la carpeta de la orden")
        }
        FileReason::Unreadable { file, path, detail } => {
            Sentences::of(format!("no se puede leer {} {path}: {detail}", named(*file).0))
                .short(format!("{} ilegible", bare(*file)))
                .remedy("permita que lo lea el usuario que mide")
        }
        FileReason::Folder { file, path } => {
            let (the_file, _) = named(*file);
            Sentences::of(format!("{the_file} {path} es una carpeta"))
                .short(format!("{the_file} es una carpeta"))
                .remedy("nombre un archivo que esté en ella")
        }
        FileReason::Empty { file, path } => {
            let (the_file, end) = named(*file);
            Sentences::of(format!("{the_file} {path} está vací{end} (0 bytes)"))
                .short(format!("{} vací{end}", bare(*file)))
                .remedy("vuelva a copiarlo")
        }
        FileReason::TooManyBytes { file, path, most_bytes } => {
            let most = bytes(*most_bytes);
            Sentences::of(format!("{} {path} tiene más de {most}, lo máximo que se lee", named(*file).0))
                .short(format!("{} demasiado grande", bare(*file)))
                .remedy("dé un archivo menor")
        }
        FileReason::OtherThanNamed { file, path, found, expected } => {
            let (the_file, end) = named(*file);
            let one = if end == 'a' { "la" } else { "el" };
            let long =
                format!("{the_file} {path} no es {one} que nombra el trabajo: su SHA-256 es {found}, y no {expected}");
            let other = if end == 'a' { "otra" } else { "otro" };
            Sentences::of(long)
                .short(format!("{other} {}", bare(*file)))
                .remedy("vuelva a copiarlo: se modificó, o se cortó por el camino")
        }
    }
}

pub(super) fn image(reason: &ImageReason) -> Sentences {
    const SCALE: &str = "redúzcala; la red la ve a su propio tamaño";
    let most = |side: u32, megapixels: u32| {
        format!("se decodifican como mucho {side} píxeles por lado y {megapixels} megapíxeles")
    };
    match reason {
        ImageReason::UnknownFormat => {
            Sentences::of("la imagen no está en ninguno de los formatos conocidos: JPEG, PNG, BMP, WebP")
                .short("formato desconocido")
                .remedy("conviértala a PNG o JPEG")
        }
        ImageReason::Undecodable { detail } => Sentences::of(format!("no se puede decodificar la imagen: {detail}"))
            .short("imagen dañada")
            .remedy("ábrala con otro programa para ver si está entera"),
        ImageReason::OverLimits { detail, most_side, most_megapixels } => {
            Sentences::of(format!("la imagen es demasiado grande: {detail}; {}", most(*most_side, *most_megapixels)))
                .short("imagen demasiado grande")
                .remedy(SCALE)
        }
        ImageReason::TooManyPixels { width, height, most_side, most_megapixels } => {
            let most = most(*most_side, *most_megapixels);
            Sentences::of(format!("la imagen es demasiado grande: tiene {width} x {height} píxeles; {most}"))
                .short("imagen demasiado grande")
                .remedy(SCALE)
        }
    }
}

pub(super) fn weights(reason: &WeightsReason) -> Sentences {
    const AGAIN: &str = "vuelva a descargar o a guardar los pesos";
    let damaged = |long: String| Sentences::of(long).short("archivo de pesos dañado").remedy(AGAIN);
    match reason {
        WeightsReason::UnknownFormat { begins } => {
            Sentences::of(format!("no es un archivo safetensors ni de PyTorch: empieza por «{begins}»"))
                .short("formato desconocido")
                .remedy("dé un archivo .safetensors, o un .pth de torch.save(model.state_dict(), …)")
        }
        WeightsReason::BadHeader { detail } => {
            damaged(format!("la cabecera de safetensors no corresponde al archivo: {detail}"))
        }
        WeightsReason::BadArchive { detail } => {
            damaged(format!("no se puede leer el archivo comprimido ({detail}): puede estar cortado"))
        }
        WeightsReason::NoPickle => {
            damaged("el archivo comprimido no contiene data.pkl: no es un archivo de PyTorch".to_owned())
        }
        WeightsReason::EntryMissing { entry } => {
            damaged(format!("{entry} falta en el archivo comprimido, o está comprimido dentro de él"))
        }
        WeightsReason::BigEndian => Sentences::of("sus números están en orden big-endian")
            .short("pesos en big-endian")
            .remedy("guarde los pesos en una máquina little-endian"),
        WeightsReason::BadPickle { fault } => {
            damaged(format!("el pickle que contiene no tiene sentido: {}", pickle(*fault)))
        }
        WeightsReason::NoStateDict => Sentences::of("no contiene ningún state_dict")
            .short("sin state_dict")
            .remedy("guarde model.state_dict(), y no el propio modelo"),
        WeightsReason::NoStorages => damaged("no tiene la lista de sus bloques de números".to_owned()),
        WeightsReason::BadStorage { storage: Some(storage) } => {
            damaged(format!("el bloque {storage} tiene números de un tipo desconocido, o una longitud absurda"))
        }
        WeightsReason::BadStorage { storage: None } => damaged("un bloque de números no tiene nombre".to_owned()),
        WeightsReason::NumbersMissing { tensor } => damaged(format!("los números de {tensor} no están en el archivo")),
        WeightsReason::NotReal { tensor, format } => {
            Sentences::of(format!("el tensor {tensor} contiene {format} en lugar de números reales"))
                .short("pesos que no son reales")
                .remedy("guarde los pesos en f32, f16 o bf16")
        }
        WeightsReason::NotFinite { tensor, element } => {
            Sentences::of(format!("el elemento {element} del tensor {tensor} es infinito o no es un número"))
                .short("pesos no finitos")
                .remedy("vuelva a entrenar o a descargar los pesos")
        }
        WeightsReason::OtherModel { model, problems, more } => {
            let mut list: Vec<String> = problems.iter().map(tensor).collect();
            list.extend((*more > 0).then(|| format!("y {more} más")));
            Sentences::of(format!("los pesos no son los de {}: {}", model.title(), list.join("; ")))
                .short("pesos de otro modelo")
                .remedy("dé pesos de este mismo modelo, con 1000 clases y los nombres de torchvision o de timm")
        }
    }
}

fn pickle(fault: PickleFault) -> &'static str {
    match fault {
        PickleFault::EndsEarly => "acaba demasiado pronto",
        PickleFault::AbsurdLength => "una longitud no cabe en la memoria",
        PickleFault::UnknownObject => "nombra un objeto desconocido",
        PickleFault::BadClassName => "nombra una clase con algo que no es un texto corto",
        PickleFault::UnknownInstruction => "contiene una instrucción desconocida",
        PickleFault::TooManyObjects => "contiene demasiados objetos",
        PickleFault::TooFewObjects => "usa más objetos de los que tiene",
        PickleFault::UnbegunGroup => "acaba un grupo que no empezó",
    }
}

fn tensor(problem: &TensorProblem) -> String {
    match problem {
        TensorProblem::Missing { tensor } => format!("falta {tensor}"),
        TensorProblem::Shape { tensor, found, expected } => {
            format!("{tensor} tiene la forma {found:?} en lugar de {expected:?}")
        }
        TensorProblem::NotReal { tensor, format } => format!("{tensor} contiene {format} en lugar de números reales"),
        TensorProblem::Extra { tensor } => format!("{tensor} no es parte del modelo"),
    }
}
