//! How engines compute, in every language.

use cotejo_model::measurement::CompiledFor;

use crate::Language;

/// What an engine's kernels were made for. Names of instructions are the same in every language.
pub fn compiled_for(plan: &CompiledFor, language: Language) -> String {
    let (compute_capability, channels_last, graph) = match plan {
        CompiledFor::Instructions(name) => return name.clone(),
        CompiledFor::Gpu { compute_capability, channels_last, graph } => (compute_capability, *channels_last, *graph),
    };
    let (capability, layout, launched) = match language {
        Language::English => (
            "compute capability",
            if channels_last { "channels last" } else { "channels first" },
            if graph { "one CUDA graph" } else { "launched layer by layer" },
        ),
        Language::Spanish => (
            "capacidad de cómputo",
            if channels_last { "canales al final" } else { "canales al principio" },
            if graph { "un grafo CUDA" } else { "capa por capa" },
        ),
    };
    format!("{capability} {compute_capability}, {layout}, {launched}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpus_plan_is_said_in_words() {
        let (compute_capability, channels_last, graph) = ("8.6".parse().unwrap(), true, true);
        let gpu = CompiledFor::Gpu { compute_capability, channels_last, graph };
        let said = Language::ALL.map(|language| compiled_for(&gpu, language));
        assert_eq!(said[0], "compute capability 8.6, channels last, one CUDA graph");
        assert_eq!(said[1], "capacidad de cómputo 8.6, canales al final, un grafo CUDA");
        let avx2 = CompiledFor::Instructions("avx2".to_owned());
        assert_eq!(Language::ALL.map(|language| compiled_for(&avx2, language)), ["avx2", "avx2"]);
    }
}
