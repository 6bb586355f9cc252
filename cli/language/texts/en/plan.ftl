# Plan
