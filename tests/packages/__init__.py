"""The wheel and the source distribution, installed and run as a user would (`make
package-tests`).
"""
