//! The files that a job names, and what is in them.

use cotejo_model::reason::{FileReason, ImageReason, JobFile, PickleFault, TensorProblem, WeightsReason};

use super::{Sentences, bytes};

fn named(file: JobFile) -> &'static str {
    match file {
        JobFile::Image => "image",
        JobFile::Weights => "weight file",
    }
}

pub(super) fn file(reason: &FileReason) -> Sentences {
    match reason {
        FileReason::Missing { file, path } => {
            let file = named(*file);
            Sentences::of(format!("{file} {path} is not there"))
                .short(format!("{file} missing"))
                .remedy("check the path; relative paths start at the folder of the command")
        }
        FileReason::Unreadable { file, path, detail } => {
            let file = named(*file);
            Sentences::of(format!("{file} {path} cannot be read: {detail}"))
                .short(format!("{file} unreadable"))
                .remedy("let the user who measures read it")
        }
        FileReason::Folder { file, path } => {
            let file = named(*file);
            Sentences::of(format!("{file} {path} is a folder"))
                .short(format!("{file} is a folder"))
                .remedy("name a file in it")
        }
        FileReason::Empty { file, path } => {
            let file = named(*file);
            Sentences::of(format!("{file} {path} is empty (0 bytes)"))
                .short(format!("{file} is empty"))
                .remedy("copy it again")
        }
        FileReason::TooManyBytes { file, path, most_bytes } => {
            let file = named(*file);
            Sentences::of(format!("{file} {path} has more than {}, the most that is read", bytes(*most_bytes)))
                .short(format!("{file} too large"))
                .remedy("give a smaller file")
        }
        FileReason::OtherThanNamed { file, path, found, expected } => {
            let file = named(*file);
            let long =
                format!("{file} {path} is not the one that the job names: its SHA-256 is {found}, not {expected}");
            Sentences::of(long)
                .short(format!("another {file}"))
                .remedy("copy it again: it was changed, or cut short on its way")
        }
    }
}

pub(super) fn image(reason: &ImageReason) -> Sentences {
    const SCALE: &str = "scale it down; the network sees it at its own size";
    let most =
        |side: u32, megapixels: u32| format!("at most {side} pixels a side and {megapixels} megapixels are decoded");
    match reason {
        ImageReason::UnknownFormat => Sentences::of("the image is in none of the known formats: JPEG, PNG, BMP, WebP")
            .short("image format unknown")
            .remedy("convert it to PNG or JPEG"),
        ImageReason::Undecodable { detail } => Sentences::of(format!("the image cannot be decoded: {detail}"))
            .short("image damaged")
            .remedy("open it in another program to see whether it is whole"),
        ImageReason::OverLimits { detail, most_side, most_megapixels } => {
            Sentences::of(format!("the image is too large: {detail}; {}", most(*most_side, *most_megapixels)))
                .short("image too large")
                .remedy(SCALE)
        }
        ImageReason::TooManyPixels { width, height, most_side, most_megapixels } => {
            let most = most(*most_side, *most_megapixels);
            Sentences::of(format!("the image is too large: it is {width} x {height} pixels; {most}"))
                .short("image too large")
                .remedy(SCALE)
        }
    }
}

pub(super) fn weights(reason: &WeightsReason) -> Sentences {
    const AGAIN: &str = "download or save the weights again";
    let damaged = |long: String| Sentences::of(long).short("weight file damaged").remedy(AGAIN);
    match reason {
        WeightsReason::UnknownFormat { begins } => {
            Sentences::of(format!("it is neither safetensors nor a PyTorch file: it begins with \"{begins}\""))
                .short("weight format unknown")
                .remedy("give a .safetensors file, or a .pth file of torch.save(model.state_dict(), …)")
        }
        WeightsReason::BadHeader { detail } => {
            damaged(format!("the safetensors header does not fit the file: {detail}"))
        }
        WeightsReason::BadArchive { detail } => {
            damaged(format!("the archive cannot be read ({detail}): it may have been cut short"))
        }
        WeightsReason::NoPickle => damaged("the archive holds no data.pkl: it is no PyTorch file".to_owned()),
        WeightsReason::EntryMissing { entry } => damaged(format!("{entry} is missing from the archive, or compressed")),
        WeightsReason::BigEndian => Sentences::of("its numbers are big-endian")
            .short("weights are big-endian")
            .remedy("save the weights on a little-endian machine"),
        WeightsReason::BadPickle { fault } => damaged(format!("the pickle inside makes no sense: {}", pickle(*fault))),
        WeightsReason::NoStateDict => Sentences::of("it holds no state_dict")
            .short("no state_dict")
            .remedy("save model.state_dict(), not the model itself"),
        WeightsReason::NoStorages => damaged("it has no list of storages".to_owned()),
        WeightsReason::BadStorage { storage: Some(storage) } => {
            damaged(format!("storage {storage} has an unknown kind of numbers, or an absurd length"))
        }
        WeightsReason::BadStorage { storage: None } => damaged("a storage has no name".to_owned()),
        WeightsReason::NumbersMissing { tensor } => damaged(format!("the numbers of {tensor} are not in the file")),
        WeightsReason::NotReal { tensor, format } => {
            Sentences::of(format!("tensor {tensor} holds {format} instead of real numbers"))
                .short("weights are not real")
                .remedy("save the weights as f32, f16 or bf16")
        }
        WeightsReason::NotFinite { tensor, element } => Sentences::of(format!(
            "tensor {tensor} holds an infinite value, or none that is a number, at element {element}"
        ))
        .short("weights not finite")
        .remedy("train or download the weights again"),
        WeightsReason::OtherModel { model, problems, more } => {
            let mut list: Vec<String> = problems.iter().map(tensor).collect();
            list.extend((*more > 0).then(|| format!("and {more} more")));
            Sentences::of(format!("the weights are not those of {}: {}", model.title(), list.join("; ")))
                .short("weights of another model")
                .remedy("give weights of this very model, with 1000 classes, under torchvision's or timm's names")
        }
    }
}

fn pickle(fault: PickleFault) -> &'static str {
    match fault {
        PickleFault::EndsEarly => "it ends too early",
        PickleFault::AbsurdLength => "a length does not fit the memory",
        PickleFault::UnknownObject => "it names an unknown object",
        PickleFault::BadClassName => "it names a class by something else than a short text",
        PickleFault::UnknownInstruction => "it holds an unknown instruction",
        PickleFault::TooManyObjects => "it holds too many objects",
        PickleFault::TooFewObjects => "it uses more objects than it has",
        PickleFault::UnbegunGroup => "it ends a group that it did not begin",
    }
}

fn tensor(problem: &TensorProblem) -> String {
    match problem {
        TensorProblem::Missing { tensor } => format!("{tensor} is missing"),
        TensorProblem::Shape { tensor, found, expected } => {
            format!("{tensor} has the shape {found:?} instead of {expected:?}")
        }
        TensorProblem::NotReal { tensor, format } => format!("{tensor} holds {format} instead of real numbers"),
        TensorProblem::Extra { tensor } => format!("{tensor} is not part of the model"),
    }
}
