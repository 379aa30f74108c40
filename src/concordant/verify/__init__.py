"""What is proved of a knowledge: obligations stated as conditions over complete patients, a solver that looks for one, and a case
file of each patient that was found, run through the engine again.
"""
